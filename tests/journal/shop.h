// Shop: a random day on a real journaled engine, from a seed, and a picture of everything at the end of each epoch.
//
// A picture is made of what the living engine answers; whatever recovers to that epoch has to look the same: products,
// orders by their ids, keys, positions of streams, and the events that nobody has confirmed. Orders of later epochs
// must be unknown to it.
//
// Threads  One.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flexstock/engine.h"
#include "tests/sim/random.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {

// Every call of these tests is given its time.
[[nodiscard]] Clock& NoClock();

inline constexpr const char* kDirectory = "/journal";

// A small engine on `storage`, quiet between calls: everything is the same each time.
[[nodiscard]] Options OptionsOn(Storage* storage, std::uint32_t shards = 3);

// For tests that need but one product: it is put with that stock, and treated as the options say.
inline constexpr ProductId kProduct{1};
CommandResult PutStock(Engine* engine, Units stock, Millis at_ms = 1);

// The engine ends as in a crash: nothing that it does in its end reaches the disk, which waits for PowerLoss or Kill.
void Abandon(sim::SimStorage* storage, std::unique_ptr<Engine>* engine);

class Shop {
 public:
  struct Setup {
    std::uint64_t seed = 1;
    std::int64_t products = 6;    // ids 1 ..
    Millis day_ms = 4'000;        // the time from one command to the next is spread so that deadlines come to pass
    bool confirms = true;         // now and then somebody confirms events
    std::uint64_t advances = 16;  // one command in so many is Advance, which ends the epoch
  };
  explicit Shop(const Setup& setup) : setup_(setup), random_(setup.seed) {}

  // The engine that is asked from now on: a new one, or one that has recovered everything.
  void Use(Engine* engine);

  // A random command. False: it was answered kReadOnly.
  bool Step();
  // Ends the epoch, hears all events, notes how things are. False: the journal has failed.
  bool Commit();
  // Looking is asking, and asking makes what is due happen: until nothing is left to be written.
  bool Settle() { return Commit() && Commit(); }
  // Takes a snapshot, and notes how things are; what went wrong.
  std::string Snapshot();
  // Commands, then a commit.
  bool Run(int steps) {
    for (int i = 0; i < steps; ++i) {
      if (!Step()) return false;
    }
    return Commit();
  }

  // The last epoch of which there is a picture.
  [[nodiscard]] Epoch newest() const { return pictures_.empty() ? 0 : pictures_.rbegin()->first; }
  // The one before `epoch`; 0: there is none.
  [[nodiscard]] Epoch Before(Epoch epoch) const;
  // Empty: `engine`, which has just recovered, looks as everything did at the end of the epoch to which it says it has
  // recovered. Else the first difference.
  [[nodiscard]] std::string Compare(Engine& engine) const;

  [[nodiscard]] Millis now_ms() const { return now_ms_; }
  [[nodiscard]] const std::vector<OrderId>& orders() const { return orders_; }

 private:
  // Everything that a question can tell, a hash a thing.
  struct Picture {
    Millis at_ms = 0;
    std::size_t orders = 0;        // so many had been placed
    std::uint64_t confirmed = 0;   // events up to here need not be told again
    std::uint64_t last_event = 0;  // the last that was told
    std::vector<std::uint64_t> things;
  };
  // What is older than so many orders is long forgotten, and what is newer than so many is as good as the newest.
  static constexpr std::size_t kLook = 4'000;
  [[nodiscard]] std::vector<std::uint64_t> Look(Engine& engine, Millis at_ms, std::size_t orders) const;
  void Hear();
  void NotePicture();
  void Place();
  void Treat();
  void Stock();
  Code Note(const PlaceResult& result);

  const Setup setup_;
  sim::Random random_;
  Engine* engine_ = nullptr;
  Millis now_ms_ = 1'000;
  std::uint64_t keys_ = 0;
  std::uint64_t offset_ = 0;
  Code answer_ = Code::kOk;
  std::vector<OrderId> orders_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> events_;  // position, hash
  std::uint64_t floor_ = 0;  // what the engine tells up to here was told before it recovered
  bool heard_ = false;       // this engine has told again what it has to; before, a confirmation counts for nothing
  std::uint64_t confirmed_ = 0;
  std::map<Epoch, Picture> pictures_;
};

}  // namespace flexstock::journal
