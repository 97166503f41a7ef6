// flexstock: who gets the units? Start here.
//
//   #include <flexstock/engine.h>
//   using namespace flexstock;
//
//   auto [engine, problem] = Engine::Open({});
//   engine->Put({.product = ProductId{1}, .member = MemberId{7}, .stock = 5});
//   PlaceResult sold = engine->Place({.product = ProductId{1}, .customer = CustomerId{9}, .qty = 3});
//   // sold.state == OrderState::kConfirmed, and two units are left
//
// Rules       docs/semantics.md: every answer, event and unit is decided there.
// Threads     Any number may call anything at once. A call on one product takes one short lock (its shard's); a cart
//             takes its shards' locks in order. Calls on one product have one order that all their answers agree with.
// Time        Every call has a time: `when` or `at_ms`, or the clock's where it is kNow. A time behind the latest that
//             the shard has seen counts as that. What is due by then has happened before the call is judged.
// Events      Poll them (events.h). If nobody does, calls are answered kOverloaded in the end, and change nothing.
// Durability  Options::journal_dir. A call returns at once, with its epoch; whoever must not answer before it is on the
//             disk waits for that epoch (WaitDurable) or is called (NotifyDurable); thousands share one sync. An epoch
//             is on the disk as a whole or not at all. When the disk fails, kReadOnly: questions are answered, commands
//             are not.
// Memory      Bounded by Options; nothing is allocated on an order's path once its slots, buffers and tables exist.
// Errors      Answers, never exceptions. Anything but kOk has changed nothing; only Pay, answered kPaymentLate, or
//             kWrongState for a canceled order, tells once, in the answer's epoch, that money has to go back. If the
//             system refuses memory in the midst of a command, the process ends: half of one must not be seen.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "flexstock/contention.h"
#include "flexstock/events.h"
#include "flexstock/journal.h"
#include "flexstock/options.h"
#include "flexstock/requests.h"
#include "flexstock/types.h"

namespace flexstock {

class Engine {
 public:
  struct Opened;
  // An engine, or nullptr and what is wrong: the option and its range, or the file of the journal and where in it.
  [[nodiscard]] static Opened Open(const Options& options);
  // No other call may be running. Without a journal, events not yet polled are gone; with one, everything is written
  // first, and callbacks are called.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // ---- Products -----------------------------------------------------------------------------------------------
  // Creates the product, or changes what is given. kInvalidArgument, kMemberMismatch, kProductsFull.
  [[nodiscard]] CommandResult Put(const PutProduct& request, When when = {});
  // kInvalidArgument, kUnknownProduct, kStockConflict (with `expect`).
  [[nodiscard]] CommandResult Set(const SetStock& request, When when = {});
  // kInvalidArgument (above kStockMax), kUnknownProduct, kInsufficientStock (below 0).
  [[nodiscard]] CommandResult Adjust(const AdjustStock& request, When when = {});
  // Live, draft. Repeating one is kOk and changes nothing.
  [[nodiscard]] CommandResult Publish(ProductId product, When when = {});
  [[nodiscard]] CommandResult Unpublish(ProductId product, When when = {});

  // Finds a product once; placing by the reference then skips the lookup. False: no such product.
  [[nodiscard]] bool Resolve(ProductId product, ProductRef* ref) const;

  // ---- Orders -------------------------------------------------------------------------------------------------
  [[nodiscard]] PlaceResult Place(const PlaceOrder& request, When when = {});
  [[nodiscard]] PlaceResult Place(const PlaceOrderByRef& request, When when = {});
  // The same answers as one by one in their order, at one time; locks and cache misses are shared. results.size() must
  // be at least requests.size(); if it is not, nothing is placed and every result is kInvalidArgument.
  void PlaceMany(std::span<const PlaceOrder> requests, std::span<PlaceResult> results, Millis at_ms = kNow);
  void PlaceMany(std::span<const PlaceOrderByRef> requests, std::span<PlaceResult> results, Millis at_ms = kNow);
  // lines.size() must be at least request.lines.size(); if it is not, kInvalidArgument.
  [[nodiscard]] CartResult Place(const PlaceCart& request, std::span<PlaceResult> lines, When when = {});

  // The member's answer. `qty`: 1 .. the order's; 0 units or less is kInvalidArgument.
  [[nodiscard]] CommandResult Accept(OrderId order, When when = {});
  [[nodiscard]] CommandResult AcceptPart(OrderId order, Units qty, When when = {});
  [[nodiscard]] CommandResult Decline(OrderId order, When when = {});
  // The customer's.
  [[nodiscard]] CommandResult Pay(OrderId order, When when = {});
  [[nodiscard]] CommandResult Cancel(OrderId order, When when = {});
  // Afterwards. Restock: the units go back on sale; otherwise they are written off.
  [[nodiscard]] CommandResult Refund(OrderId order, bool restock, When when = {});
  [[nodiscard]] CommandResult PickUp(OrderId order, When when = {});

  // ---- Questions ----------------------------------------------------------------------------------------------
  // As of the time of the call. kUnknownProduct, kUnknownOrder; kOverloaded if what is due by then cannot happen yet.
  [[nodiscard]] Code Find(ProductId product, ProductView* view, Millis at_ms = kNow);
  [[nodiscard]] Code Find(OrderId order, OrderView* view, Millis at_ms = kNow);
  [[nodiscard]] Code Find(OrderKey key, OrderView* view, Millis at_ms = kNow);
  // The member's pending orders, oldest first, at most `max`: exact within a product; between products to the
  // millisecond. Costs a walk over the member's products, one shard's lock at a time.
  [[nodiscard]] Code Pending(MemberId member, std::size_t max, std::vector<OrderView>* orders, Millis at_ms = kNow);

  // ---- Time and events ----------------------------------------------------------------------------------------
  // Everything that is due by then happens, and the epoch ends as with Commit: with a journal this waits for the disk.
  // kOk, which says nothing of the epoch's end if events are not taken away; kOverloaded with part of it done (each
  // part whole): poll, go on; kReadOnly.
  // Where nothing is due, nothing is touched: a later call at an earlier time has that earlier time.
  Code Advance(Millis at_ms = kNow);
  // Ends the epoch: what has changed until now is written and synced, if there is a journal, and goes to the queues.
  // False: a queue is full and some changes still wait, or the journal has failed.
  bool Commit();
  // Takes up to events.size() events away, in order, and says how many. kFeed: give room for two or more. Threads that
  // poll one audience at once get disjoint runs; whoever needs one order over all uses one thread for an audience.
  [[nodiscard]] std::size_t Poll(Audience audience, std::span<Event> events);

  // How many changes wait in the audience's queue: those that have been committed and not polled yet; 0 without such an
  // audience. Takes no lock, so it is approximate while others commit and poll.
  [[nodiscard]] std::uint64_t Waiting(Audience audience) const;

  // The audience has dealt with all its events up to this position, and need not be told again after a crash. Durable
  // with the next epoch. Never runs back; a position that this engine has not told yet, not again after a restart
  // either, counts as the last that it has. Without a journal: nothing.
  void Confirm(Audience audience, std::uint64_t position);

  // ---- Durability ---------------------------------------------------------------------------------------------
  // The last epoch that is on the disk with all before it; without a journal, the last that has ended.
  [[nodiscard]] Epoch durable_epoch() const;
  // Waits until `epoch` is, or all that has changed before this call: an answer that changed nothing, such as a refusal
  // in a sold-out sale, waits only for what it may have seen, and for no disk if that is there. So kOk is about what
  // this caller did; that an epoch is durable, which goes on meanwhile, only durable_epoch() says. kReadOnly: the
  // journal failed before; kOverloaded: events are not taken away, so no epoch can end; kInvalidArgument: no call can
  // have returned this epoch yet, not of this engine.
  [[nodiscard]] Code WaitDurable(Epoch epoch);
  // The same for a caller that must not block: calls done(kOk, kReadOnly or kInvalidArgument) once; now, if `epoch` is
  // durable already or never was; else later, in order of epochs, from the thread that commits: the engine's own, or
  // any that is inside a call, since a call that finds no room commits. One is called at a time: if another thread is
  // calling just then, that thread calls this one next, though its epoch is durable already. So what done uses must
  // outlive this call; done must be quick, must not throw (the process would end), must not lock what may be held
  // around a call, and may call the engine for anything but WaitDurable, Commit, Advance and Snapshot. The engine's own
  // thread goes to the disk at once for one who wants to be called; for others who came meanwhile half a millisecond
  // after that at the earliest, so that they share a sync.
  void NotifyDurable(Epoch epoch, std::function<void(Code)> done);
  // The last offset that a command has carried for the stream, durable or not; false: none ever.
  [[nodiscard]] bool FindPosition(std::uint32_t stream, std::uint64_t* offset) const;
  // Writes a snapshot now and removes what it makes superfluous. Callers go on meanwhile: each lock is held for
  // microseconds at a time. Empty, or what went wrong: the older snapshot stands then, or, if only the removal failed,
  // the new one. Either way nothing that is needed is gone, and the next one removes what is left over.
  [[nodiscard]] std::string Snapshot();
  [[nodiscard]] JournalStats Journal() const;
  [[nodiscard]] const Recovery& recovery() const;

  // ---- Trust --------------------------------------------------------------------------------------------------
  // supplied == available + held + sold + written_off for every product, and its orders agree. One shard at a time:
  // others go on meanwhile. O(products + orders).
  [[nodiscard]] AuditReport Audit();
  [[nodiscard]] std::vector<ShardStats> Stats() const;
  // Who takes and waits for the shards' locks, with Options::contention_sample.
  [[nodiscard]] ContentionReport Contention() const;

  class Impl;  // the inside, for flexstock's own files

 private:
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct Engine::Opened {
  std::unique_ptr<Engine> engine;
  std::string problem;  // empty if there is an engine
};

}  // namespace flexstock
