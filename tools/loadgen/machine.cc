#include "tools/loadgen/machine.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <ctime>
#include <fstream>

#include "flexstock_commit.h"

namespace flexstock::loadgen {
namespace {

std::string CpuName() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown CPU";
}

std::string Now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof(text), "%FT%TZ", &utc)};
}

int Cpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  return ::sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
}

}  // namespace

Machine ThisMachine() {
  utsname name{};
  ::uname(&name);
  const double bytes = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return {.cpu = CpuName(),
          .cpus = Cpus(),
          .kernel = std::string(name.sysname) + " " + name.release,
          .memory_gib = bytes / (1 << 30),
          .commit = FLEXSTOCK_COMMIT,
          .date = Now()};
}

std::string Text(const Machine& machine) {
  return machine.cpu + ", " + std::to_string(machine.cpus) + " CPUs, " +
         std::to_string(std::lround(machine.memory_gib)) + " GiB, " + machine.kernel;
}

}  // namespace flexstock::loadgen
