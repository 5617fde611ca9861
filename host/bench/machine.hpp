// What the machine is, for the head of the report: figures mean nothing without it.
#pragma once

#include <string>

namespace parley::bench {

// "AMD EPYC, 2 cores, 23 GiB, Linux 6.1"
std::string describe_machine();

// "ext4": where `directory` lies. On tmpfs a durable commit costs nothing, and the figures are void.
std::string filesystem_of(const std::string& directory);

// Writes 8 KiB and makes them durable, for a second: microseconds each.
double probe_durable_write_us(const std::string& directory);

}  // namespace parley::bench
