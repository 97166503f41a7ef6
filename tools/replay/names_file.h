// NamesFile: what of a replay's state only its log says, in a file beside the journal: DIR/replay-names. With it the
// state can be told without the log.
//
//   {"serial":2097152,"order":"a1"}                  the order of this key (order_serials.h) has this name
//   {"product":5}                                    there is this product
//   {"line":8192,"at":77,"log":123,"check":456}      all up to this line is above, and this is its time; hashes of the
//                                                    log up to there, and of this file up to here
//
// It is on the disk before the journal's block that needs it. Behind the mark of the line where the journal stands may
// be anything: what a crash has left. So nothing is appended to it by another run: each begins it anew, with what is
// remembered then. The engine and flexstock-journal leave a file of this name alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "flexstock/storage.h"
#include "flexstock/types.h"
#include "tools/replay/output.h"

namespace flexstock::replay {

// How far a replay has come.
struct Reached {
  std::uint64_t line = 0;
  Millis at_ms = 0;          // the latest time that the log has named
  std::uint64_t digest = 0;  // of lines 1 .. line
};

class NamesFile {
 public:
  // Begins one that takes the place of what is there with the first Sync.
  NamesFile(Storage& files, const std::string& dir);

  void AddOrder(std::uint64_t serial, std::string_view name);
  void AddProduct(std::int64_t product);
  // What was added is of lines up to this one, and all is on the disk. 0, or an errno: then problem() names the file.
  int Sync(const Reached& reached);
  [[nodiscard]] const std::string& problem() const { return output_->problem(); }

 private:
  Storage& files_;
  const std::string dir_;
  std::unique_ptr<Output> output_;
  std::uint64_t marked_ = 0;  // the last line that a mark is of
  bool in_place_ = false;
};

// Who is told what a file says.
struct NamesVisitor {
  std::function<void(std::uint64_t serial, std::string_view name)> order;
  std::function<void(std::int64_t product)> product;
};

// Reads it up to the mark of line `reached->line` with its digest, and fills in the time. Empty, or why it is no good;
// the visitor may have been told something then.
[[nodiscard]] std::string ReadNames(Storage& files, const std::string& dir, const NamesVisitor& visitor,
                                    Reached* reached);

}  // namespace flexstock::replay
