// Opening: how fast does an engine come back from its files, and how much memory does that take beside the engine that
// wrote them? Each engine is in a process of its own (apart.h).
//
// The engine that writes has products with so little stock that a part of the orders finds none and waits for the
// member: what comes back is confirmed orders, waiting ones with their deadlines, and products whose mode has changed.
//
// Files    The journal alone, as it was written; and a copy of it, from which a snapshot was taken. They are read from
//          the page cache: what is measured is the engine, not the disk.
// Checked  What comes back has to be what was there, unit by unit and order by order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/comparison.h"
#include "bench/stage.h"

namespace flexstock::bench {

struct Opening {
  // Files go there.
  std::string directory;
  std::uint64_t products = 0, orders = 0;
  std::uint64_t segment_bytes = 0;

  [[nodiscard]] std::string journal_dir() const { return directory + "/journal"; }    // after Measure
  [[nodiscard]] std::string snapshot_dir() const { return directory + "/snapshot"; }  // after Measure
  // Of all files together, about.
  [[nodiscard]] double DiskBytes() const;

  // From the journal alone and from a snapshot alone: ns an image, from the call of Engine::Open to its return; and MiB
  // at most meanwhile over MiB of the engine that wrote. Forks: before any thread is started.
  [[nodiscard]] std::vector<Outcome> Measure(int rounds) const;

 private:
  [[nodiscard]] Setting SettingOf(const std::string& journal_dir) const;
};

}  // namespace flexstock::bench
