// The directory of a journal is the one that it was when the engine opened it, wherever the process goes and wherever a
// link on the way points since.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/journal/shop.h"
#include "tests/program/program.h"

namespace flexstock::journal {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<Engine> OpenAt(const fs::path& path) {
  Options options = OptionsOn(nullptr);
  options.journal_dir = path;
  auto [engine, problem] = Engine::Open(options);
  EXPECT_EQ(problem, "");
  return std::move(engine);
}

class PlaceTest : public testing::Test {
 protected:
  // Sixteen epochs fill a segment.
  void Commit(Engine* engine, int epochs) {
    for (int i = 0; i < epochs; ++i) {
      const CommandResult result = PutStock(engine, ++stock_);
      ASSERT_TRUE(result.ok()) << engine->Journal().failure;
      ASSERT_EQ(engine->WaitDurable(result.epoch), Code::kOk);
    }
  }
  void ExpectHas(const fs::path& path, Units stock) {
    const std::unique_ptr<Engine> engine = OpenAt(path);
    ASSERT_NE(engine, nullptr);
    ProductView view;
    ASSERT_EQ(engine->Find(kProduct, &view, 1), Code::kOk);
    EXPECT_EQ(view.available, stock);
  }

  const program::Directory directory_;
  const fs::path path_ = directory_.path();
  Units stock_ = 0;
};

TEST_F(PlaceTest, StaysWhenTheProcessGoesElsewhere) {
  const fs::path before = fs::current_path();
  fs::create_directory(path_ / "elsewhere");
  fs::current_path(path_);
  std::unique_ptr<Engine> engine = OpenAt("journal");
  fs::current_path(path_ / "elsewhere");
  Commit(engine.get(), 60);
  EXPECT_EQ(engine->Snapshot(), "");
  engine.reset();
  fs::current_path(before);
  EXPECT_TRUE(fs::is_empty(path_ / "elsewhere"));
  ExpectHas(path_ / "journal", stock_);
}

TEST_F(PlaceTest, StaysWhenALinkIsTurned) {
  for (const char* release : {"one", "two"}) fs::create_directory(path_ / release);
  {
    const std::unique_ptr<Engine> other = OpenAt(path_ / "two/journal");
    ASSERT_TRUE(PutStock(other.get(), 1'000).ok());
    ASSERT_TRUE(other->Commit());
  }
  fs::create_directory_symlink(path_ / "one", path_ / "current");
  std::unique_ptr<Engine> engine = OpenAt(path_ / "current/journal");
  fs::remove(path_ / "current");
  fs::create_directory_symlink(path_ / "two", path_ / "current");
  Commit(engine.get(), 60);
  EXPECT_EQ(engine->Snapshot(), "");
  engine.reset();
  ExpectHas(path_ / "one/journal", stock_);
  ExpectHas(path_ / "two/journal", 1'000);
}

// Moved away, and another one put in its place: nothing is written to a file that is not the engine's own.
TEST_F(PlaceTest, AnExchangedDirectoryIsNoticed) {
  std::unique_ptr<Engine> engine = OpenAt(path_ / "journal");
  Commit(engine.get(), 3);
  const Units acknowledged = stock_;
  {
    const std::unique_ptr<Engine> other = OpenAt(path_ / "other");
    Commit(other.get(), 40);
  }
  fs::rename(path_ / "journal", path_ / "moved");
  fs::rename(path_ / "other", path_ / "journal");
  Units more = acknowledged;
  for (bool durable = true; durable;) {
    durable = PutStock(engine.get(), more + 1).ok() && engine->Commit();
    more += durable ? 1 : 0;
    ASSERT_LT(more, 100);
  }
  EXPECT_NE(engine->Journal().failure.find("the directory was exchanged while the engine ran"), std::string::npos)
      << engine->Journal().failure;
  engine.reset();
  ExpectHas(path_ / "moved", more);
}

}  // namespace
}  // namespace flexstock::journal
