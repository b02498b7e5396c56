/* One operation: the same as in pipe_process.c, and two readings of the clock:
 * what timing each operation by itself comes to. */
#define EACH
#include "pipe_process.c"
