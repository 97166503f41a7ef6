// OutputsFirst: the system's files, with one promise more: what a replay has answered is on the disk before the journal
// says that the commands were run.
//
// The engine writes a block when it is told to, and on its own when a change buffer is full. Only a storage sees both,
// so this is where the outputs are written and synced. What they lack can never be told again: results are of commands
// that the journal then passes over. If they cannot be written, the block is not, and the engine is read-only.
//
// Threads  One at a time: the engine of a replay has no thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flexstock/storage.h"

namespace flexstock::replay {

class OutputsFirst final : public Storage {
 public:
  // `write_outputs` gives 0 or an errno. It and `base` must outlive the engine.
  OutputsFirst(Storage& base, std::function<int()> write_outputs)
      : base_(base), write_outputs_(std::move(write_outputs)) {}

  int MakeDirectory(const std::string& path) override { return base_.MakeDirectory(path); }
  int List(const std::string& path, std::vector<std::string>* names) override { return base_.List(path, names); }
  int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) override;
  int Rename(const std::string& from, const std::string& to) override { return base_.Rename(from, to); }
  int Remove(const std::string& path) override { return base_.Remove(path); }
  int SyncDirectory(const std::string& path) override { return base_.SyncDirectory(path); }
  int Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) override { return base_.Lock(path, lock); }
  const Storage& Base() const override { return base_.Base(); }

 private:
  Storage& base_;
  const std::function<int()> write_outputs_;
};

}  // namespace flexstock::replay
