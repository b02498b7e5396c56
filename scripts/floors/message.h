/* A round trip of a message to a child process and back, over a pair of
 * descriptors: what unix_stream.c, tcp.c, pipe_message.c and eventfd.c share.
 * Both sides write and read messages in full: every word of one follows from
 * its number, and is compared. The partner answers with the next number.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "payload.h"

/* Where a side reads, and where it writes. */
struct side {
	int in;
	int out;
};

static struct side near, far;

static inline void message_close(int descriptor)
{
	if (close(descriptor) != 0)
		floor_fail("close");
}

static inline void message_write(int descriptor, const char *message)
{
	for (size_t done = 0; done < SIZE;) {
		ssize_t wrote = write(descriptor, message + done, SIZE - done);
		if (wrote == -1 && errno != EINTR)
			floor_fail("write");
		done += wrote == -1 ? 0 : (size_t)wrote;
	}
}

/* 1 and a message, or 0 where the other side has closed. */
static inline int message_read(int descriptor, char *message)
{
	for (size_t done = 0; done < SIZE;) {
		ssize_t got = read(descriptor, message + done, SIZE - done);
		if (got == 0)
			return 0;
		if (got == -1 && errno != EINTR)
			floor_fail("read");
		done += got == -1 ? 0 : (size_t)got;
	}
	return 1;
}

static void message_partner(void)
{
	/* With these open it would never see the end of its own side. */
	message_close(near.in);
	if (near.out != near.in)
		message_close(near.out);
	char message[SIZE];
	for (uint64_t number = 1; message_read(far.in, message) == 1; number += 2) {
		payload_check(message, number);
		payload_fill(message, number + 1);
		message_write(far.out, message);
	}
}

static uint64_t message_burst(uint64_t n)
{
	static uint64_t number = 1;
	static char message[SIZE];
	uint64_t start = floor_now();
	for (uint64_t i = 0; i < n; i++) {
		payload_fill(message, number);
		message_write(near.out, message);
		if (message_read(near.in, message) != 1)
			floor_wrong("the partner closed its side");
		payload_check(message, number + 1);
		number += 2;
	}
	return floor_now() - start;
}

/* Serves with a partner on the far side. */
static inline void message_serve(struct floor_cpus cpus)
{
	pid_t child = floor_partner(message_partner, cpus.peer);
	message_close(far.in);
	if (far.out != far.in)
		message_close(far.out);
	floor_serve(message_burst);
	floor_end_partner(child);
}

#endif
