// Machine: where and when figures were taken, and of what: without it they mean nothing later.
#pragma once

#include <string>

namespace flexstock::bench {

struct Machine {
  std::string cpu;
  int cpus = 0;  // that this process may use
  std::string kernel;
  double memory_gib = 0;
  std::string commit;
  std::string date;  // UTC, 2026-11-23T21:35:00Z
};

[[nodiscard]] Machine ThisMachine();

}  // namespace flexstock::bench
