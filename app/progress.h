// What is going on, on stderr: a bar that redraws itself for people, plain lines for logs.
#pragma once
#include <chrono>
#include <string>

namespace dlis::app {

class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();  // clears the bar
  ProgressBar(const ProgressBar&) = delete;

  // `share` from 0 to 1; redrawn at most ten times a second. In a log: a line every half a minute.
  void draw(double share, const std::string& text);
  // ", 12 s left" where `share` of the work took as long as this bar is there; empty at the start.
  std::string left(double share) const;
  // A line that stays; with a bar above it, without one in the log.
  void line(const std::string& text);
  bool is_live() const { return live_; }

 private:
  void clear();
  bool live_, drawn_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_ = start_;
};

std::string duration(double seconds);  // "42 s", "3 min 20 s", "2 h 5 min"

// Ctrl-C and SIGTERM ask to stop after what is being done; a second one kills.
void catch_interrupts();
bool is_interrupted();

}  // namespace dlis::app
