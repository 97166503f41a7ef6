// A journal in a real directory of its own, made by a random day (tests/journal/shop.h). Gone with the test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "tests/journal/shop.h"
#include "tests/program/program.h"

namespace flexstock::journal_tool {

class OnDisk : public testing::Test {
 protected:
  [[nodiscard]] Options OptionsHere() const {
    Options options = journal::OptionsOn(&SystemStorage());
    options.journal_dir = path_;
    options.storage = nullptr;  // the system's: each journal has an id of its own
    return options;
  }
  [[nodiscard]] std::unique_ptr<Engine> OpenHere() const {
    auto [engine, problem] = Engine::Open(OptionsHere());
    EXPECT_EQ(problem, "");
    return std::move(engine);
  }

  // Some epochs, a snapshot, and some epochs more.
  void RunADay(journal::Shop* shop, Engine* engine, int epochs = 40) const {
    shop->Use(engine);
    for (int i = 0; i < epochs; ++i) ASSERT_TRUE(shop->Run(6));
    ASSERT_EQ(shop->Snapshot(), "");
    for (int i = 0; i < epochs; ++i) ASSERT_TRUE(shop->Run(6));
    ASSERT_TRUE(shop->Settle());
  }
  // That, and closed in order.
  void MakeADay(std::uint64_t seed = 1) const {
    journal::Shop shop({.seed = seed});
    RunADay(&shop, OpenHere().get());
  }

  [[nodiscard]] std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      std::ifstream file(entry.path(), std::ios::binary);
      files[entry.path().filename().string()] = {std::istreambuf_iterator<char>(file), {}};
    }
    return files;
  }
  // The n-th file of a kind, of those in order of their names; from behind if negative.
  [[nodiscard]] std::string FileOf(const std::string& prefix, int n = 0) const {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : Files()) {
      if (name.starts_with(prefix)) names.push_back(name);
    }
    const auto count = static_cast<int>(names.size());
    EXPECT_LT(n < 0 ? -n - 1 : n, count) << prefix;
    return names[static_cast<std::size_t>(n < 0 ? count + n : n)];
  }
  void Flip(const std::string& name, std::uint64_t offset) const {
    std::fstream file(path_ + "/" + name, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(byte);
    ASSERT_TRUE(file.good()) << name;
  }

  const program::Directory directory_;
  const std::string path_ = (directory_.path() / "j").string();
};

}  // namespace flexstock::journal_tool
