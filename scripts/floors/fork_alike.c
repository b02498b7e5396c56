/* One operation: the same as in fork.c, from a process that has as much to be
 * copied as a probe has: the libraries of a Rust program (see build), a program
 * that is larger than what is mapped around a fault, and what stands below. */
#include "floor.h"

#include <sys/mman.h>

enum {
	/* Half of what the kernel maps around a fault, and more. */
	AROUND = 64 * 1024,
	/* What is written on the heap before the first fork. */
	HEAP = 40 * 1024,
	/* Constants: the loader has written addresses into some of their pages, and
	 * they are read. */
	CONSTANTS = 216 * 1024,
	WRITTEN_EVERY = 36 * 1024,
	/* Of the stack on which an overflow of the stack is told. */
	STACK_PAGES = 2,
};

__attribute__((used)) static void before(void)
{
	__asm__ volatile(".skip %c0" : : "i"(AROUND));
}

#include "fork.h"

__attribute__((used)) static void after(void)
{
	__asm__ volatile(".skip %c0" : : "i"(AROUND));
}

static volatile char *mapped(size_t size, int flags, int file)
{
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, file, 0);
	if (at == MAP_FAILED)
		floor_fail("mmap");
	return at;
}

static void protect(volatile char *at, size_t size, int protection)
{
	if (mprotect((void *)at, size, protection) != 0)
		floor_fail("mprotect");
}

static void own_heap(void)
{
	volatile char *heap = malloc(HEAP);
	if (heap == NULL)
		floor_fail("malloc");
	for (size_t at = 0; at < HEAP; at++)
		heap[at] = 1;
}

static void own_constants(size_t page)
{
	int file = memfd_create("constants", MFD_CLOEXEC);
	if (file == -1 || ftruncate(file, CONSTANTS) != 0)
		floor_fail("memfd_create or ftruncate");
	volatile char *constants = mapped(CONSTANTS, MAP_PRIVATE, file);
	if (close(file) != 0)
		floor_fail("close");
	for (size_t at = 0; at < CONSTANTS; at += page)
		(void)constants[at];
	for (size_t at = 0; at < CONSTANTS; at += WRITTEN_EVERY)
		constants[at] = 1;
	protect(constants, CONSTANTS, PROT_READ);
}

int main(int argc, char **argv)
{
	floor_start_alone(argc, argv);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	own_heap();
	own_constants(page);
	/* A page that parties share, and a stack with its guard. */
	*mapped(page, MAP_SHARED | MAP_ANONYMOUS, -1) = 1;
	protect(mapped((1 + STACK_PAGES) * page, MAP_PRIVATE | MAP_ANONYMOUS, -1), page, PROT_NONE);
	floor_serve(fork_burst);
	return 0;
}
