#include "tools/replay/outputs_first.h"

namespace flexstock::replay {

namespace {

class File final : public StorageFile {
 public:
  File(std::unique_ptr<StorageFile> base, const std::function<int()>& write_outputs)
      : base_(std::move(base)), write_outputs_(write_outputs) {}

  IoResult ReadAt(std::uint64_t offset, std::span<std::byte> bytes) override { return base_->ReadAt(offset, bytes); }
  // Before the write, not before the sync: a process that is killed leaves behind what it has written, synced or not.
  IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (const int error = write_outputs_(); error != 0) return {.count = 0, .error = error};
    return base_->WriteAt(offset, bytes);
  }
  int Sync() override { return base_->Sync(); }
  int Size(std::uint64_t* size) override { return base_->Size(size); }

 private:
  const std::unique_ptr<StorageFile> base_;
  const std::function<int()>& write_outputs_;
};

}  // namespace

int OutputsFirst::Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) {
  std::unique_ptr<StorageFile> opened;
  if (const int error = base_.Open(path, mode, &opened); error != 0) return error;
  *file = std::make_unique<File>(std::move(opened), write_outputs_);
  return 0;
}

}  // namespace flexstock::replay
