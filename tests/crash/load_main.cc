// The process that is killed: crash_load DIRECTORY SEED PROCESS writes notes (note.h) to standard output until then.
//
//   kStreams threads   run the script from behind the position that survived, each command with its position; what came
//                      of it is noted once WaitDurable returned or NotifyDurable called, and not before
//   4 consumers        take events, note them, confirm some of them; now and then one dawdles
//
// It never ends by itself. What must not be answered at all is said on standard error, and ends it with status 1.
#include <sys/prctl.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <mutex>
#include <random>
#include <thread>

#include "tests/crash/note.h"
#include "tests/crash/script.h"

namespace flexstock::crash {
namespace {

constexpr int kPipe = STDOUT_FILENO;

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "crash_load: %s\n", why.c_str());
  std::_Exit(1);
}

// Orders that all threads treat, whoever placed them.
class Board {
 public:
  void Put(const Note& order) {
    const std::lock_guard lock(mutex_);
    orders_.push_back(order);
    if (orders_.size() > 200) orders_.pop_front();
  }
  bool Pick(std::mt19937_64& random, Note* order) {
    const std::lock_guard lock(mutex_);
    if (orders_.empty()) return false;
    *order = orders_[random() % orders_.size()];
    return true;
  }

 private:
  std::mutex mutex_;
  std::deque<Note> orders_;
};

class Worker {
 public:
  Worker(Engine& engine, const Script& script, Board& board, std::uint32_t stream, std::uint64_t seed)
      : engine_(engine), script_(script), board_(board), random_(seed * 16 + stream), position_{.stream = stream} {
    (void)engine_.FindPosition(stream, &position_.offset);  // none: 0
    // Orders from before the crash are treated on.
    for (std::uint64_t back = 0; back < 150 && back < position_.offset; ++back) {
      const Step step = script_.At(stream, position_.offset - back);
      for (const CartLine& line : step.lines) {
        OrderView view;
        if (engine_.Find(line.key, &view) == Code::kOk) board_.Put(NoteOf(view.order, view.state, line, step.customer));
      }
    }
  }

  [[noreturn]] void Run() {
    for (;;) {
      ++position_.offset;
      before_ms_ = SystemClock().NowMs();
      const Epoch epoch = Do(script_.At(position_.stream, position_.offset));
      notes_.push_back({.kind = Note::Kind::kCarried, .epoch = epoch, .position = position_});
      if (random_() % 16 == 0) TellWhenDurable(epoch);
    }
  }

 private:
  Note NoteOf(OrderId order, OrderState state, const CartLine& line, CustomerId customer) const {
    return {.kind = Note::Kind::kDurable,
            .state = state,
            .order = order,
            .key = line.key,
            .product = line.product,
            .customer = customer,
            .qty = line.qty,
            .before_ms = before_ms_};
  }

  // Until events have been taken away. `call` carries the position when it does anything, and only then.
  template <typename Call>
  auto Ask(Call&& call) {
    for (;;) {
      const auto result = call(When(kNow, &position_));
      if (result.code == Code::kReadOnly) Die("read-only: " + engine_.Journal().failure);
      if (result.code != Code::kOverloaded) return result;
      std::this_thread::yield();
    }
  }

  void Placed(const PlaceResult& result, const CartLine& line, CustomerId customer) {
    if (!result.ok() || result.order == kNoOrder) return;
    Note note = NoteOf(result.order, result.state, line, customer);
    note.epoch = result.epoch;
    notes_.push_back(note);
    board_.Put(note);
  }

  Epoch Do(const Step& step) {
    switch (step.kind) {
      case Step::Kind::kTreat:
        return Treat();
      case Step::Kind::kPlace:
      case Step::Kind::kSure: {
        const CartLine& line = step.lines[0];
        const PlaceOrder order{.product = line.product, .customer = step.customer, .qty = line.qty, .key = line.key};
        const PlaceResult placed = Ask([&](When when) { return engine_.Place(order, when); });
        // Whatever was placed at this offset or behind it must not have survived.
        if (placed.duplicate) Die("an order behind the position that survived is there");
        if (step.kind == Step::Kind::kSure && placed.state != OrderState::kConfirmed) Die("a sure order is refused");
        Placed(placed, line, step.customer);
        if (random_() % 8 != 0 || !placed.ok()) return placed.epoch;
        // The same again, as a customer whose network failed: what stands is durable with the answer's epoch, too.
        const PlaceResult again = Ask([&](When) { return engine_.Place(order); });
        if (!script_.forgets() && again.order != placed.order) Die("the same key placed another order");
        if (again.order == placed.order) Placed(again, line, step.customer);
        return again.epoch;
      }
      case Step::Kind::kWholeCart:
      case Step::Kind::kSplitCart: {
        const CartMode mode = step.kind == Step::Kind::kWholeCart ? CartMode::kAllOrNothing : CartMode::kSplit;
        const PlaceCart cart{.customer = step.customer, .mode = mode, .lines = step.lines};
        std::array<PlaceResult, 8> results;
        const CartResult placed = Ask([&](When when) { return engine_.Place(cart, results, when); });
        if (placed.ok()) {
          for (std::size_t i = 0; i < step.lines.size(); ++i) Placed(results[i], step.lines[i], step.customer);
        }
        return placed.epoch;
      }
      case Step::Kind::kRestock: {
        const CommandResult result =
            Ask([&](When when) { return engine_.Adjust({.product = step.product, .by = step.by}, when); });
        if (!result.ok()) Die("a product cannot be restocked");
        return result.epoch;
      }
    }
    return 0;
  }

  Epoch Treat() {
    Note note;
    if (!board_.Pick(random_, &note)) {
      // Nothing to treat: the position rides on a command that changes nothing.
      return Ask([&](When when) { return engine_.Publish(ProductId{1}, when); }).epoch;
    }
    const std::uint64_t choice = random_() % 10;
    const CommandResult result = Ask([&](When when) -> CommandResult {
      if (choice < 2) return engine_.Accept(note.order, when);
      if (choice < 3) return engine_.AcceptPart(note.order, 1 + note.qty / 2, when);
      if (choice < 4) return engine_.Decline(note.order, when);
      if (choice < 7) return engine_.Pay(note.order, when);
      if (choice < 8) return engine_.Cancel(note.order, when);
      if (choice < 9) return engine_.PickUp(note.order, when);
      return engine_.Refund(note.order, note.qty % 2 == 0, when);
    });
    if (result.code == Code::kUnknownOrder && !script_.forgets()) Die("an order is unknown");
    if (result.ok()) {
      note.state = result.state;
      note.epoch = result.epoch;
      notes_.push_back(note);
    }
    return result.epoch;
  }

  // A thread's calls have rising epochs: the last one's stands for all.
  void TellWhenDurable(Epoch epoch) {
    if (random_() % 2 == 0) {
      engine_.NotifyDurable(epoch, [notes = std::move(notes_)](Code code) {
        if (code == Code::kOk) Say(kPipe, notes);
      });
      notes_.clear();
      return;
    }
    for (Code code = Code::kOverloaded; code != Code::kOk;) {
      code = engine_.WaitDurable(epoch);
      if (code != Code::kOk && code != Code::kOverloaded) Die("WaitDurable: " + std::string(Name(code)));
    }
    Say(kPipe, notes_);
    notes_.clear();
  }

  Engine& engine_;
  const Script& script_;
  Board& board_;
  std::mt19937_64 random_;
  Position position_;
  Millis before_ms_ = 0;
  std::vector<Note> notes_;
};

[[noreturn]] void Consume(Engine& engine, Audience audience, std::uint64_t seed) {
  struct Asked {
    std::uint64_t position;
    Epoch epoch;
  };
  std::mt19937_64 random(seed * 16 + 8 + static_cast<std::uint64_t>(audience));
  std::array<Event, 100> events;
  std::deque<Asked> asked;
  for (;;) {
    const std::size_t count = engine.Poll(audience, events);
    std::vector<Note> notes;
    for (std::size_t i = 0; i < count; ++i) {
      notes.push_back({.kind = Note::Kind::kTold, .audience = audience, .event = events[i]});
    }
    if (count != 0 && random() % 3 != 0) {
      const Position position{.offset = events[random() % 4 == 0 ? random() % count : count - 1].position};
      notes.push_back({.kind = Note::Kind::kConfirming, .audience = audience, .position = position});
      Say(kPipe, notes);
      notes.clear();
      engine.Confirm(audience, position.offset);
      // The epoch now being written may have looked at confirmations before; the one behind it has not.
      asked.push_back({position.offset, engine.durable_epoch() + 2});
    }
    for (; !asked.empty() && asked.front().epoch <= engine.durable_epoch(); asked.pop_front()) {
      notes.push_back({.kind = Note::Kind::kConfirmed,
                       .audience = audience,
                       .position = {.stream = 0, .offset = asked.front().position}});
    }
    Say(kPipe, notes);
    const int nap_us = random() % 50 == 0 ? 20'000 : count == 0 ? 300 : 0;
    if (nap_us != 0) std::this_thread::sleep_for(std::chrono::microseconds(nap_us));
  }
}

int Main(const std::string& directory, std::uint64_t seed, std::uint64_t process) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Script script(seed);
  const auto [engine, problem] = Engine::Open(script.EngineOptions(directory));
  if (engine == nullptr) Die(problem);
  Say(kPipe, std::array{Note{.kind = Note::Kind::kReady}});
  const std::uint64_t thread_seed = seed * 1000 + process;
  Board board;
  std::vector<std::thread> threads;
  for (const Audience audience : {Audience::kMember, Audience::kCustomer, Audience::kLogistics, Audience::kFeed}) {
    threads.emplace_back([&engine = *engine, audience, thread_seed] { Consume(engine, audience, thread_seed); });
  }
  // The consumers are there already: a full queue from before the crash stops commands until they have confirmed.
  for (std::int64_t product = 1; product <= kProducts; ++product) {
    ProductView view;
    Code code = Code::kOverloaded;
    while (code == Code::kOverloaded) code = engine->Find(ProductId{product}, &view);
    while (code == Code::kUnknownProduct || code == Code::kOverloaded) {
      code = engine->Put(Script::Product(product)).code;
    }
    if (code != Code::kOk) Die("a product cannot be put: " + std::string(Name(code)));
  }
  for (std::uint32_t stream = 0; stream < kStreams; ++stream) {
    threads.emplace_back([&, &engine = engine, stream] { Worker(*engine, script, board, stream, thread_seed).Run(); });
  }
  for (std::thread& thread : threads) thread.join();
  return 1;
}

}  // namespace
}  // namespace flexstock::crash

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: crash_load DIRECTORY SEED PROCESS\n", stderr);
    return 2;
  }
  return flexstock::crash::Main(argv[1], std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10));
}
