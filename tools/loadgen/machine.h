// Machine: where and when figures were taken, and of what: without it they mean nothing later.
#pragma once

#include <string>

namespace flexstock::loadgen {

struct Machine {
  std::string cpu;
  int cpus = 0;  // that this process may use
  std::string kernel;
  double memory_gib = 0;
  std::string commit;
  std::string date;  // UTC, 2026-11-23T21:35:00Z
};

[[nodiscard]] Machine ThisMachine();

// "AMD EPYC, 2 CPUs, 24 GiB, Linux 6.1"
[[nodiscard]] std::string Text(const Machine& machine);

}  // namespace flexstock::loadgen
