/* One operation: 64 bytes to a child process and back, through two POSIX
 * message queues. */
#include "payload.h"

#include <mqueue.h>

static mqd_t there, back;

/* A queue that has no name any more. */
static mqd_t queue_open(const char *which)
{
	char name[64];
	snprintf(name, sizeof name, "/oscost-floor-%ld-%s", (long)getpid(), which);
	struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = SIZE};
	mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
	if (queue == (mqd_t)-1)
		floor_fail("mq_open");
	if (mq_unlink(name) != 0)
		floor_fail("mq_unlink");
	return queue;
}

static void queue_send(mqd_t queue, const char *message)
{
	while (mq_send(queue, message, SIZE, 0) != 0)
		if (errno != EINTR)
			floor_fail("mq_send");
}

static void queue_receive(mqd_t queue, char *message)
{
	ssize_t got;
	while ((got = mq_receive(queue, message, SIZE, NULL)) == -1)
		if (errno != EINTR)
			floor_fail("mq_receive");
	if (got != SIZE)
		floor_wrong("a message of another size came");
}

static void partner(void)
{
	char message[SIZE];
	for (uint64_t number = 1;; number += 2) {
		queue_receive(there, message);
		payload_check(message, number);
		payload_fill(message, number + 1);
		queue_send(back, message);
	}
}

static uint64_t burst(uint64_t n)
{
	static uint64_t number = 1;
	static char message[SIZE];
	uint64_t start = floor_now();
	for (uint64_t i = 0; i < n; i++) {
		payload_fill(message, number);
		queue_send(there, message);
		queue_receive(back, message);
		payload_check(message, number + 1);
		number += 2;
	}
	return floor_now() - start;
}

int main(int argc, char **argv)
{
	struct floor_cpus cpus = floor_start(argc, argv);
	there = queue_open("there");
	back = queue_open("back");
	pid_t child = floor_partner(partner, cpus.peer);
	floor_serve(burst);
	floor_end_partner(child);
	return 0;
}
