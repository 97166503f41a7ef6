// SlowStorage: a disk on which a file's sync takes as long as a test likes, or fails, and its writes may throw.
//
// Threads  Any: the switches are turned while an engine works.
#pragma once

#include <atomic>
#include <cerrno>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <thread>

#include "tests/sim/forwarding_storage.h"

namespace flexstock::journal {

class SlowStorage final : public sim::ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::atomic<bool> hangs{false}, syncing{false}, fails{false}, throws{false};

 private:
  class File final : public sim::ForwardingFile {
   public:
    File(SlowStorage& all, std::unique_ptr<StorageFile> file) : ForwardingFile(std::move(file)), all_(all) {}
    IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
      if (all_.throws) throw std::bad_alloc();
      return ForwardingFile::WriteAt(offset, bytes);
    }
    int Sync() override {
      all_.syncing = true;
      while (all_.hangs) std::this_thread::yield();
      return all_.fails ? EIO : ForwardingFile::Sync();
    }

   private:
    SlowStorage& all_;
  };
  std::unique_ptr<StorageFile> Wrap(const std::string&, OpenMode, std::unique_ptr<StorageFile> file) override {
    return std::make_unique<File>(*this, std::move(file));
  }
};

}  // namespace flexstock::journal
