// Every *_bench program: Google Benchmark, with what a figure is worth nothing without.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>
#include <vector>

#include "bench/report.h"
#include "bench/round_trip.h"
#include "bench/size.h"
#include "tools/loadgen/machine.h"

int main(int argc, char** argv) {
  // Long enough for a stable figure, short enough that the whole suite takes some minutes. Later arguments win.
  std::string min_time = "--benchmark_min_time=0.25";
  std::vector<char*> arguments(argv, argv + argc);
  arguments.insert(arguments.begin() + 1, min_time.data());
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;

  benchmark::AddCustomContext("commit", flexstock::loadgen::ThisMachine().commit);
  benchmark::AddCustomContext("cache_line_round_trip_ns", std::to_string(flexstock::bench::RoundTripNs()));
  if (flexstock::bench::Shrink() != 1) benchmark::AddCustomContext("shrunk", "sizes are too small for figures");
  flexstock::bench::RegisterBenchmarks();
  const std::size_t run = benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return run == 0 || flexstock::bench::AnyProblem() ? 1 : 0;
}
