// A Slurm of shell scripts for tests: sbatch starts the tasks here, squeue lists those that have
// not ended; a file named after it turns a misfortune on.
#pragma once
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "dlis/base/test_folder.h"

namespace dlis {

// The state of the cluster is files: queue/NAME:INDEX is a task that has not ended, `ran` has a
// line for each measured stack. Misfortunes are files: their names are those of the scripts below.
class FakeSlurm {
 public:
  FakeSlurm() : path_(getenv("PATH")) {
    std::filesystem::create_directories(folder.path / "queue");
    put("bin/sbatch", kSbatch);
    put("bin/squeue", kSqueue);
    put("bin/scontrol", "#!/bin/sh\necho 'MaxArraySize            = 1001'\n");
    put("bin/evaluate", kEvaluate);
    put("ran", "");
    put("submitted", "");
    setenv("PATH", (folder.path / "bin").string().append(":").append(path_).c_str(), 1);
    setenv("FAKE_SLURM", folder.path.c_str(), 1);
  }
  ~FakeSlurm() {
    wait_until_idle();
    setenv("PATH", path_.c_str(), 1);
  }
  FakeSlurm(const FakeSlurm&) = delete;

  void wait_until_idle() const {
    for (int i = 0; i < 1000 && !std::filesystem::is_empty(folder.path / "queue"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  void put(const std::string& name, const std::string& text) const {
    namespace fs = std::filesystem;
    const fs::path file = folder.put(name, text);
    if (name.starts_with("bin/")) fs::permissions(file, fs::perms::owner_all);
  }
  void suffer(const std::string& misfortune) const { put(misfortune, ""); }
  void remove(const std::string& name) const { std::filesystem::remove(folder.path / name); }
  std::vector<std::string> lines(const std::string& name) const {
    std::vector<std::string> all;
    std::ifstream in(folder.path / name);
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  std::string evaluate() const { return (folder.path / "bin/evaluate").string(); }

  const TestFolder folder{"fake_slurm"};

 private:
  static constexpr const char* kSbatch = R"sh(#!/bin/sh
cd "$FAKE_SLURM" || exit 1
for word in "$@"; do
  case $word in
    --job-name=*) name=${word#*=} ;;
    --array=0-*) last=${word#--array=0-}; last=${last%\%*} ;;
    --output=*) log=$(printf %s "${word#*=}" | sed 's/%%/%/g') ;;
  esac
  script=$word
done
echo "$*" >>submitted
if [ -e refuse ]; then
  echo "sbatch: error: invalid partition specified: moon" >&2
  echo "sbatch: error: Batch job submission failed: Invalid partition name specified" >&2
  exit 1
fi
if [ -e limit ] && [ "$last" -ge 2 ]; then
  echo "sbatch: error: Job violates accounting/QOS policy (job submit limit)" >&2
  exit 1
fi
if [ -e silent ]; then rm silent; silent=1; fi
run() { SLURM_ARRAY_TASK_ID=$1 sh "$script" >>"$2" 2>&1; }
task() {  # INDEX
  queued="queue/$name:$1"
  file=$(printf %s "$log" | sed "s/%a/$1/")
  sleep 0.05
  if [ -e lose ] && [ "$1" = 0 ]; then rm lose "$queued"; return; fi
  if [ -e twice ]; then run "$1" "$file" & fi
  if [ -e requeue ]; then (export KILLED=1; run "$1" "$file"); fi
  run "$1" "$file"
  wait
  rm "$queued"
}
i=0
while [ $i -le "$last" ]; do
  touch "queue/$name:$i"
  task $i >/dev/null 2>&1 &
  i=$((i + 1))
done
if [ -n "$silent" ]; then
  echo "sbatch: error: Batch job submission failed: Unable to contact slurm controller" >&2
  exit 1
fi
echo 17
)sh";
  static constexpr const char* kSqueue = R"sh(#!/bin/sh
cd "$FAKE_SLURM/queue" || exit 1
if [ -e ../deaf ] && [ -s ../submitted ]; then
  rm ../deaf
  echo "slurm_load_jobs error: Unable to contact slurm controller" >&2
  exit 1
fi
echo "N/A|R|5|None|dlis-unrelated"
echo "0|PD|6_0|None|another"
for task in *:*; do
  [ "$task" = '*:*' ] || echo "${task##*:}|R|17_${task##*:}|None|${task%:*}"
done
)sh";
  // STACK --key KEY -o FILE, as `dlis evaluate` does it.
  static constexpr const char* kEvaluate = R"sh(#!/bin/sh
stack=$1 key=$3 file=$5
[ ! -e "$file" ] || ! grep -q "\"key\":\"$key\"" "$file" || exit 0
if [ -n "$KILLED" ]; then printf '{"key":' >"$file.half"; kill -9 $$; fi
cd "$FAKE_SLURM" || exit 1
echo "$stack" >>ran
refused=null
case $stack in *csr*) refused='"no layer accepts csr"' ;; esac
if [ -e fail ]; then case $stack in *bf16*) echo "dlis: the disk is on fire" >&2; exit 1 ;; esac; fi
if [ -e wrong ]; then key=of-another; rm wrong; fi
write() {
  printf '{"key":"%s","stack":"%s","refused":%s}\n' "$key" "$stack" "$refused" >"$file.$$.tmp"
  mv "$file.$$.tmp" "$file"
}
if [ -e late ]; then (sleep 0.3; write) & else write; fi
)sh";
  std::string path_;
};

}  // namespace dlis
