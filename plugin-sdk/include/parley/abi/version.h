/* parley/abi/version.h - the ABI's version numbers.
 *
 * Compatibility rule: a host loads every plugin whose abi_major equals its own. Within one major version structs only
 * grow at the end, services only gain revisions ("parley.storage/2" stands beside "parley.storage/1") and no meaning
 * changes, so a plugin built against minor N runs on every host of minor >= N, and on older hosts as long as it copes
 * with services that are not there (NULL).
 */
#ifndef PARLEY_ABI_VERSION_H
#define PARLEY_ABI_VERSION_H

#define PARLEY_ABI_MAJOR 1
#define PARLEY_ABI_MINOR 0

/* "PLYP" in little-endian memory order: the first four bytes of every parley_descriptor. */
#define PARLEY_ABI_MAGIC 0x50594C50u

#endif
