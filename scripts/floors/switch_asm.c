/* One operation: a bare stack switch to another stack of this thread, and one
 * back. No kernel, no signal mask, no floating-point control words: what the
 * ABI makes a called function preserve, and no more. */
#include "floor.h"

#include <sys/mman.h>

/* Saves what the caller may expect to keep on its stack, the stack's top in
 * *save, and resumes the stack `to`. The way on is an indirect jump: a return
 * would be predicted to go back to this stack's caller, and miss. */
void floor_switch(void **save, void *to);

/* Frame of a stack at rest, from low to high addresses:
 *   x86_64   r15 r14 r13 r12 rbx rbp, address to go on at
 *   aarch64  x19 … x30 (x30 is the address to go on at), d8 … d15 */
#if defined(__x86_64__)
enum { FRAME_WORDS = 8, FRAME_ADDRESS = 6 };
__asm__(".text\n"
	".p2align 4\n"
	".globl floor_switch\n"
	".hidden floor_switch\n"
	".type floor_switch, @function\n"
	"floor_switch:\n"
	"	push %rbp\n"
	"	push %rbx\n"
	"	push %r12\n"
	"	push %r13\n"
	"	push %r14\n"
	"	push %r15\n"
	"	mov %rsp, (%rdi)\n"
	"	mov %rsi, %rsp\n"
	"	pop %r15\n"
	"	pop %r14\n"
	"	pop %r13\n"
	"	pop %r12\n"
	"	pop %rbx\n"
	"	pop %rbp\n"
	"	pop %rcx\n"
	"	jmp *%rcx\n"
	".size floor_switch, . - floor_switch\n");
#elif defined(__aarch64__)
enum { FRAME_WORDS = 20, FRAME_ADDRESS = 11 };
__asm__(".text\n"
	".p2align 4\n"
	".globl floor_switch\n"
	".hidden floor_switch\n"
	".type floor_switch, %function\n"
	"floor_switch:\n"
	"	sub sp, sp, #160\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	mov sp, x1\n"
	"	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #160\n"
	"	br x30\n"
	".size floor_switch, . - floor_switch\n");
#else
#error "switch_asm.c: written for x86_64 and aarch64"
#endif

enum { STACK_BYTES = 64 * 1024 };

static void *main_stack, *other_stack;
/* Volatile: each side must see what the other did across a call that the
 * compiler knows nothing of. */
static volatile uint64_t visits;

/* A store per visit would show: the visits of a lap are counted in a register. */
enum { LAP = 1024 };

static void other_side(void)
{
	uint64_t left = LAP;
	for (;;) {
		if (__builtin_expect(--left == 0, 0)) {
			visits = visits + LAP;
			left = LAP;
		}
		floor_switch(&other_stack, main_stack);
	}
}

static uint64_t burst(uint64_t n)
{
	static uint64_t asked;
	uint64_t start = floor_now();
	for (uint64_t i = 0; i < n; i++)
		floor_switch(&main_stack, other_stack);
	uint64_t elapsed = floor_now() - start;
	asked += n;
	if (visits != asked / LAP * LAP)
		floor_wrong("the other side did not run once per round trip");
	return elapsed;
}

int main(int argc, char **argv)
{
	floor_start_alone(argc, argv);
	uint64_t *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (stack == MAP_FAILED)
		floor_fail("mmap");
	/* The fresh mapping holds zeros: all registers of the first frame, and on
	 * x86_64 the return address in the word above it, which also brings the
	 * stack to the alignment that a function is entered with. */
	uint64_t *frame = stack + STACK_BYTES / sizeof *stack - FRAME_WORDS;
	frame[FRAME_ADDRESS] = (uint64_t)(uintptr_t)other_side;
	other_stack = frame;
	floor_serve(burst);
	if (munmap(stack, STACK_BYTES) != 0)
		floor_fail("munmap");
	return 0;
}
