// Storage: the engine's only way to a disk. Simulation and tests bring their own, with every fault that a disk has.
//
// The journal asks little of it: whole files by name in one directory, written at offsets, synced on purpose. Nothing
// is taken to be on the disk before Sync (a file's bytes) or SyncDirectory (which names there are) has said so.
//
// Errors   An errno number; 0 is success. Whoever fails with no better reason says EIO.
// Threads  Different files: any threads at once. One file: reads at once, or one writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace flexstock {

// How far a read or a write got. count < what was asked with error 0: a short write, or a read at the end of the file.
struct IoResult {
  std::size_t count = 0;
  int error = 0;
};

class StorageFile {
 public:
  virtual ~StorageFile() = default;  // closes; syncs nothing
  [[nodiscard]] virtual IoResult ReadAt(std::uint64_t offset, std::span<std::byte> bytes) = 0;
  [[nodiscard]] virtual IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  // What has been written is on the disk, and the size if it grew. After a failure nobody knows what is.
  [[nodiscard]] virtual int Sync() = 0;
  [[nodiscard]] virtual int Size(std::uint64_t* size) = 0;
};

// Held while it lives.
class StorageLock {
 public:
  virtual ~StorageLock() = default;
};

enum class OpenMode : std::uint8_t {
  kRead,
  kReadWrite,
  kCreate,  // to read and write; empty, whatever was there
};

class Storage {
 public:
  virtual ~Storage() = default;

  // Makes the directory and those above it; success if it is there. Their names are on the disk then.
  [[nodiscard]] virtual int MakeDirectory(const std::string& path) = 0;
  // The names in the directory, without path, in no order.
  [[nodiscard]] virtual int List(const std::string& path, std::vector<std::string>* names) = 0;
  [[nodiscard]] virtual int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) = 0;
  // `to` is replaced if it is there: at any time one of both is there, whole.
  [[nodiscard]] virtual int Rename(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual int Remove(const std::string& path) = 0;
  // Which names are in the directory, and which files they mean, is on the disk.
  [[nodiscard]] virtual int SyncDirectory(const std::string& path) = 0;
  // Makes the file and locks it against every other process, and against this one's other engines. EWOULDBLOCK:
  // somebody holds it. Ends with the process, however that ends.
  [[nodiscard]] virtual int Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) = 0;
  // Where the files are in the end: a storage that passes everything on to another names that one's. A journal on the
  // system's gets a random id; on any other everything is the same each time.
  [[nodiscard]] virtual const Storage& Base() const { return *this; }
};

// The system's files: pwrite, fdatasync, fsync, flock. Lives for ever. Any thread.
[[nodiscard]] Storage& SystemStorage();

}  // namespace flexstock
