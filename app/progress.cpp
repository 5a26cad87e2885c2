// What is going on, on stderr.
#include "progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>

#include "dlis/dlis.h"

namespace dlis::app {
namespace {

constexpr int kBarCells = 20;
constexpr std::chrono::milliseconds kBetweenDrawings(100);
constexpr std::chrono::seconds kBetweenLines(30);
constexpr double kTellingSeconds = 2;  // before that an estimate is a guess
std::atomic<bool> interrupted{false};

void note_interrupt(int signal) {
  interrupted.store(true);
  std::signal(signal, SIG_DFL);
}

}  // namespace

ProgressBar::ProgressBar() : live_(stderr_is_terminal()) {}
ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::clear() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

void ProgressBar::draw(double share, const std::string& text) {
  const auto now = std::chrono::steady_clock::now();
  if (!live_ && now - last_ >= kBetweenLines) line(text), last_ = now;
  if (!live_ || (drawn_ && now - last_ < kBetweenDrawings)) return;
  last_ = now;
  drawn_ = true;
  const int full = int(std::clamp(share, 0.0, 1.0) * kBarCells);
  std::string line = fmt::format("[{}{}] {}", std::string(std::size_t(full), '#'),
                                 std::string(std::size_t(kBarCells - full), '.'), text);
  const std::size_t width = std::size_t(std::max(20, stderr_columns() - 1));
  if (line.size() > width) line = line.substr(0, width - 3) + "...";
  std::fputs(("\r\x1b[K" + line).c_str(), stderr);
  std::fflush(stderr);
}

std::string ProgressBar::left(double share) const {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
  if (passed.count() < kTellingSeconds || share <= 0 || share > 1) return {};
  return ", " + duration(passed.count() * (1 - share) / share) + " left";
}

void ProgressBar::line(const std::string& text) {
  clear();
  std::fputs((text + "\n").c_str(), stderr);
}

std::string duration(double seconds) {
  const auto s = std::int64_t(std::lround(seconds));
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
  return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
}

void catch_interrupts() {
  std::signal(SIGINT, note_interrupt);
  std::signal(SIGTERM, note_interrupt);
}

bool is_interrupted() { return interrupted.load(); }

}  // namespace dlis::app
