/* A round trip by two futex words, for futex_process.c and futex_thread.c.
 * Word for word what oscost does: nobody spins, and the number of the turn is
 * the message, so no turn is lost or counted twice. */
#ifndef FUTEX_H
#define FUTEX_H

#include "floor.h"

#include <linux/futex.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* 128 bytes apart: neighbouring cache lines are fetched in pairs. */
struct turns {
	alignas(128) _Atomic uint32_t ping;
	alignas(128) _Atomic uint32_t pong;
	alignas(128) atomic_bool stop;
};

static struct turns *turns;
static uint32_t turn;

static inline void futex_map(void)
{
	turns = mmap(NULL, sizeof *turns, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (turns == MAP_FAILED)
		floor_fail("mmap");
}

/* `flag` is FUTEX_PRIVATE_FLAG between threads, 0 between processes. */
static inline void say(_Atomic uint32_t *word, uint32_t value, int flag)
{
	atomic_store(word, value);
	if (syscall(SYS_futex, word, FUTEX_WAKE | flag, 1, NULL, NULL, 0) == -1)
		floor_fail("futex(FUTEX_WAKE)");
}

static inline void await(_Atomic uint32_t *word, uint32_t value, int flag)
{
	for (;;) {
		uint32_t seen = atomic_load_explicit(word, memory_order_acquire);
		if (seen == value)
			return;
		/* EAGAIN: the word changed in between. */
		if (syscall(SYS_futex, word, FUTEX_WAIT | flag, seen, NULL, NULL, 0) == -1 &&
		    errno != EAGAIN && errno != EINTR)
			floor_fail("futex(FUTEX_WAIT)");
	}
}

/* Answers every turn until one comes with `stop` set. */
static inline void futex_partner(int flag)
{
	for (uint32_t expected = 1;; expected++) {
		await(&turns->ping, expected, flag);
		if (atomic_load_explicit(&turns->stop, memory_order_acquire))
			return;
		say(&turns->pong, expected, flag);
	}
}

static inline uint64_t futex_burst(uint64_t n, int flag)
{
	uint64_t start = floor_now();
	for (uint64_t i = 0; i < n; i++) {
		turn++;
		say(&turns->ping, turn, flag);
		await(&turns->pong, turn, flag);
	}
	return floor_now() - start;
}

/* The flag alone would be missed by a partner about to wait: the turn that
 * comes after it is not. */
static inline void futex_stop(int flag)
{
	atomic_store(&turns->stop, true);
	say(&turns->ping, turn + 1, flag);
}

#endif
