// JournalReader: the blocks of a journal, segment by segment, each checked before anybody sees it.
//
// Where does a journal end? A block is written only after the one before it is on the disk. So whatever is behind the
// first block that cannot be read decides what that one is:
//
//   nothing that was written later    the end: a write that a crash cut short, or none at all. Nobody was told that it
//                                     was durable, and the journal goes on from here
//   a later block                     damage: something that was durable is gone, and nothing may be opened
//
// An engine that opens a journal writes the last block once more behind itself (engine/recovering.cc). So the block
// that follows is looked for behind its place, too, and copies of the one before it are passed over.
//
// Threads  One at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/journal/directory.h"
#include "engine/journal/format.h"
#include "flexstock/storage.h"

namespace flexstock::journal {

struct Block {
  BlockHeader header;
  std::uint64_t offset = 0;  // in its file
  std::span<const std::byte> payload;
  bool broken = false;  // only ever with a deliberate bug
};

class JournalReader {
 public:
  // From segment `first` on, whose first block has `before` before it. `directory` outlives the reader.
  JournalReader(Storage& storage, std::string path, const Directory& directory, std::uint64_t first, Link before);

  // The next segment's blocks, in order; they are good until the next call. False: that was all, or problem() says what
  // is wrong: then every block before it has been given, for whoever wants to see them.
  [[nodiscard]] bool Next(std::vector<Block>* blocks);

  // What is damaged or missing, with file and offset; empty: nothing.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  // It is that the last segment of the directory has blocks, and the one that is always made ahead of it is not there:
  // beside a running engine it may be there since the directory was read.
  [[nodiscard]] bool lacks_next() const { return lacks_next_; }
  // The write that a crash cut short: file and offset; empty: there was none.
  [[nodiscard]] const std::string& torn() const { return torn_; }
  // Of the segment whose blocks Next gave.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

  // Once Next has said false: where the journal goes on.
  struct Tail {
    std::uint64_t number = 1;
    std::uint64_t offset = kPage;
    Link block;                   // the last one
    Link before;                  // the one before it
    Link before_segment;          // before the first one of the last one's segment
    std::uint64_t position = 0;   // of the last block's first change
    bool closed = false;          // the engine was closed in order, and none has been opened since
    std::vector<std::byte> last;  // the last block, whole pages; empty if there is none
  };
  [[nodiscard]] const Tail& tail() const { return tail_; }

 private:
  // What is at a page where a block might be.
  enum class Found : std::uint8_t {
    kNext,    // the block that follows the last one, whole
    kBroken,  // it, but not whole: torn, unless something came later
    kLater,   // one that was written after it
    kCopy,    // of the last one
    kNothing
  };
  [[nodiscard]] bool Load(std::uint64_t number);
  [[nodiscard]] Found Look(std::uint64_t offset, Block* block, std::uint64_t* hash) const;
  // From *offset on, page by page: the next block, a later one, or else what is left of the next one; its place.
  [[nodiscard]] Found Search(std::uint64_t* offset, Block* block, std::uint64_t* hash);
  void PassCopy(std::uint64_t end);
  [[nodiscard]] bool IsRemnant(std::uint64_t offset) const;
  [[nodiscard]] std::string At(std::uint64_t number, std::uint64_t offset) const;

  Storage& storage_;
  const std::string path_;
  const Directory& directory_;
  const std::uint64_t first_;
  std::uint64_t number_;  // loaded; one below the first at the beginning
  bool any_ = false;      // a block was read
  bool done_ = false;
  bool lacks_next_ = false;
  std::vector<std::byte> memory_;
  std::size_t size_ = 0;
  std::uint64_t last_begin_ = 0, last_end_ = 0;  // the last block, whole pages
  Tail tail_;
  std::uint64_t bytes_read_ = 0;
  std::string problem_, torn_;
};

}  // namespace flexstock::journal
