/* One operation: fork, _exit(0) in the child, waitpid in the parent. */
#include "fork.h"

int main(int argc, char **argv)
{
	floor_start_alone(argc, argv);
	floor_serve(fork_burst);
	return 0;
}
