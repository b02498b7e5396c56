/* One operation: the same as in fork.c, from a process that has as much to be
 * copied as a probe has: the libraries of a Rust program (see build), a program
 * that is larger than what is mapped around a fault, and some pages of its own. */
#define ALIKE
#include "fork.c"
