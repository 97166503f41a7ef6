// SimStorage: a disk in memory that does everything a bad disk does, when it is told to and the same each time.
//
// A file has two images: what the page cache shows, and what is on the disk. Writing changes the one; Sync carries the
// changed sectors over to the other. Names likewise, by SyncDirectory. Then
//
//   PowerLoss   each sector and each name not yet carried over is kept or lost on its own, so writes come back reordered,
//               in part, or torn; a torn sector may hold garbage
//   Kill        the process is gone, the page cache stays
//   a fault     at the n-th operation: an error, a short write, a failed sync, or a crash in the middle of it
//
// After a crash every operation fails until PowerLoss or Kill; files and locks opened before are dead for good.
//
// Threads  One.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flexstock/storage.h"
#include "flexstock/types.h"
#include "tests/sim/random.h"

namespace flexstock::sim {

enum class Op : std::uint8_t { kWrite, kSync, kSyncDirectory, kCreate, kRename, kRemove, kRead, kOther };

enum class FaultKind : std::uint8_t {
  kCrash,       // the operation is done in part or not at all; nothing more is
  kError,       // EIO; nothing is done. Of a sync: what was not on the disk counts as if it were, and is not
  kNoSpace,     // ENOSPC; nothing is done
  kShortWrite,  // some of the bytes
  kSlow,        // it is done, and time has passed meanwhile: TakeDelay
};

struct Fault {
  std::uint64_t at = 0;  // operations() then
  FaultKind kind = FaultKind::kCrash;
};

// What a power loss leaves of what was not on the disk.
enum class Loss : std::uint8_t { kAll, kNone, kSome, kTorn };

class SimStorage final : public Storage {
 public:
  explicit SimStorage(std::uint64_t seed) : random_(seed) {}

  int MakeDirectory(const std::string& path) override;
  int List(const std::string& path, std::vector<std::string>* names) override;
  int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) override;
  int Rename(const std::string& from, const std::string& to) override;
  int Remove(const std::string& path) override;
  int SyncDirectory(const std::string& path) override;
  int Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) override;

  // ---- What befalls it ----
  void Arm(Fault fault) { faults_.push_back(fault); }
  void DisarmAll() { faults_.clear(); }
  void SetSpace(std::uint64_t bytes) { space_ = bytes; }
  void PowerLoss(Loss loss);
  void Kill();
  [[nodiscard]] bool crashed() const { return crashed_; }
  // Operations that have failed because a fault befell them, or there was no space.
  [[nodiscard]] std::uint64_t failures() const { return failures_; }
  // How long slow operations have taken since this was last asked.
  [[nodiscard]] Millis TakeDelay() { return std::exchange(delay_ms_, 0); }

  // Operations so far; the next one is operations(). Reading ones count, too.
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  // Of each operation so far, if recording: its kind.
  std::vector<Op>* record = nullptr;

  // ---- Whoever damages it on purpose; on the disk and in the page cache ----
  struct Listed {
    std::string path;
    std::uint64_t size;
  };
  [[nodiscard]] std::vector<Listed> Files() const;
  void FlipBit(const std::string& path, std::uint64_t bit);
  void Truncate(const std::string& path, std::uint64_t size);
  void RemoveFile(const std::string& path);
  // A write that was said to be done and was not, or was done elsewhere: the page at `to` is as at `from`, or zeros.
  void LosePage(const std::string& path, std::uint64_t to, std::optional<std::uint64_t> from);
  // The same of a write that went to another file: the page at `to` is as the other's at `from`.
  void OverwritePage(const std::string& path, std::uint64_t to, const std::string& other, std::uint64_t from);
  [[nodiscard]] const std::vector<std::byte>& Bytes(const std::string& path) const;

  // The same disk once more, to be recovered twice.
  [[nodiscard]] std::unique_ptr<SimStorage> Copy() const;

 private:
  friend class SimFile;
  friend class SimLock;
  static constexpr std::uint64_t kSector = 512, kPage = 4096;

  struct File {
    std::vector<std::byte> cached, durable;
    std::set<std::uint64_t> dirty;  // sectors that differ, or may
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;
  struct NameChange {
    std::string name, from;      // from: of a rename
    std::shared_ptr<File> file;  // nullptr: removed
  };

  // Counts an operation; the fault that befalls it, if one does.
  std::optional<FaultKind> Begin(Op op);
  int Change(Op op, NameChange change);
  void PutPage(File& file, std::uint64_t to, const File* other, std::uint64_t from);
  static void Apply(const NameChange& change, Names* names);
  IoResult Write(File& file, std::uint64_t offset, std::span<const std::byte> bytes);
  int Sync(File& file);
  void CarryOver(File& file, std::uint64_t sector);
  void Reboot();
  [[nodiscard]] std::uint64_t Used() const;

  Random random_;
  Names names_, durable_names_;
  std::vector<NameChange> changes_;  // of names, not yet on the disk
  std::set<std::string> locked_;
  std::vector<Fault> faults_;
  std::uint64_t space_ = std::uint64_t{1} << 40;
  std::uint64_t operations_ = 0, failures_ = 0;
  std::uint64_t life_ = 0;  // files and locks of earlier ones are dead
  Millis delay_ms_ = 0;
  bool crashed_ = false;
};

}  // namespace flexstock::sim
