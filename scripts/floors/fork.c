/* One operation: fork, _exit(0) in the child, waitpid in the parent. */
#include "floor.h"

#ifdef ALIKE
/* Half of what the kernel maps around a fault, and more. */
#define AROUND (64 * 1024)
/* Pages that a probe has written before it forks. */
#define OWN (80 * 1024)

__attribute__((used)) static void before(void)
{
	__asm__ volatile(".skip %c0" : : "i"(AROUND));
}
#endif

static uint64_t burst(uint64_t n)
{
	uint64_t start = floor_now();
	for (uint64_t i = 0; i < n; i++) {
		pid_t child = fork();
		if (child == -1)
			floor_fail("fork");
		if (child == 0)
			_exit(0);
		int status;
		if (waitpid(child, &status, 0) != child)
			floor_fail("waitpid");
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			floor_wrong("a child did not end by _exit(0)");
	}
	return floor_now() - start;
}

#ifdef ALIKE
__attribute__((used)) static void after(void)
{
	__asm__ volatile(".skip %c0" : : "i"(AROUND));
}

static void own_pages(void)
{
	char *pages = malloc(OWN);
	if (pages == NULL)
		floor_fail("malloc");
	memset(pages, 1, OWN);
	__asm__ volatile("" : : "r"(pages) : "memory");
}
#endif

int main(int argc, char **argv)
{
	floor_start_alone(argc, argv);
#ifdef ALIKE
	own_pages();
#endif
	floor_serve(burst);
	return 0;
}
