/* What a message says, so that both sides write and read it in full as a case
 * does: its number, and after it words that follow from the number. */
#ifndef PAYLOAD_H
#define PAYLOAD_H

#include "floor.h"

#ifndef SIZE
#define SIZE 64
#endif

/* An odd number without a pattern, so that no word is like its neighbour. */
#define PAYLOAD_STEP 0x9e3779b97f4a7c15u

/* Writes a message in full. */
static inline void payload_fill(char *message, uint64_t number)
{
	for (size_t at = 0; at < SIZE; at += sizeof number, number += PAYLOAD_STEP)
		memcpy(message + at, &number, sizeof number);
}

/* Reads one in full. */
static inline void payload_check(const char *message, uint64_t number)
{
	uint64_t wrong = 0;
	for (size_t at = 0; at < SIZE; at += sizeof number, number += PAYLOAD_STEP) {
		uint64_t word;
		memcpy(&word, message + at, sizeof word);
		wrong |= word ^ number;
	}
	if (wrong != 0)
		floor_wrong("a message came that was not written");
}

#endif
