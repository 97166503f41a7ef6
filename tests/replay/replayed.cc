#include "tests/replay/replayed.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace flexstock::replay {

Replayed Replay(std::string_view log, const ReplayOptions& options) {
  Replayed replayed;
  const std::unique_ptr<Output> results = Output::ToString(&replayed.results);
  const std::unique_ptr<Output> events = Output::ToString(&replayed.events);
  const std::unique_ptr<Output> state = Output::ToString(&replayed.state);
  const auto [replayer, problem] = Replayer::Open(options);
  if (replayer == nullptr) {
    std::fprintf(stderr, "no replayer: %s\n", problem.c_str());
    std::abort();
  }
  replayer->WriteTo(results.get(), events.get());
  LogReader reader(ReadText(log, log.size() + 1));
  const std::array outputs = {results.get(), events.get()};
  replayed.end = ReplayLog(&reader, replayer.get(), outputs, [](const Totals&) {});
  replayer->WriteStateTo(state.get());
  for (Output* const output : {results.get(), events.get(), state.get()}) output->Close();
  replayed.totals = replayer->totals();
  replayed.audit = replayer->Audit();
  return replayed;
}

ByteSource ReadText(std::string_view text, std::size_t bytes_max) {
  return [text, bytes_max](std::span<char> room) mutable {
    const std::string_view read = text.substr(0, std::min(bytes_max, room.size()));
    std::copy(read.begin(), read.end(), room.begin());
    text.remove_prefix(read.size());
    return static_cast<ssize_t>(read.size());
  };
}

}  // namespace flexstock::replay
