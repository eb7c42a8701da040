// System calls of Linux that Swift's Glibc module does not show.
#pragma once

#include <spawn.h>
#include <stddef.h>

// A file of `size` bytes in memory, without a name, that nobody can make smaller or larger; -1 and errno.
int fw_make_sealed_memory(const char *name, size_t size);

// Gives back the pages of such a file from `offset` on; -1 and errno.
int fw_release_pages(int descriptor, size_t offset, size_t length);

// Closes all descriptors from `first` on in the process that is spawned; 0 or an error number.
int fw_close_from(posix_spawn_file_actions_t *actions, int first);
