/* A QEMU plugin that counts the instructions a program executes: those of functions whose names
 * contain one of the words it is given (word=gemm), and all. Debian packages no qemu-plugin.h, so
 * what it uses of QEMU's plugin interface, version 1, is declared here. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t PluginId;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;
enum { ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(PluginId, void (*)(PluginId, struct qemu_plugin_tb*));
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn*, int, void*, uint64_t);
void qemu_plugin_register_atexit_cb(PluginId, void (*)(PluginId, void*), void*);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb*);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb*, size_t);
const char* qemu_plugin_insn_symbol(const struct qemu_plugin_insn*);
void qemu_plugin_outs(const char*);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static uint64_t counted, all; /* of one thread: the programs that are counted have no other */
static char word[64];

static void translated(PluginId id, struct qemu_plugin_tb* block) {
  (void)id;
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i) {
    struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
    const char* symbol = qemu_plugin_insn_symbol(instruction);
    qemu_plugin_register_vcpu_insn_exec_inline(instruction, ADD_U64, &all, 1);
    if (symbol && strstr(symbol, word))
      qemu_plugin_register_vcpu_insn_exec_inline(instruction, ADD_U64, &counted, 1);
  }
}

static void done(PluginId id, void* unused) {
  (void)id, (void)unused;
  char line[128];
  snprintf(line, sizeof line, "instructions %llu of %llu\n", (unsigned long long)counted,
           (unsigned long long)all);
  qemu_plugin_outs(line);
}

__attribute__((visibility("default"))) int qemu_plugin_install(PluginId id,
                                                               const struct qemu_info_t* info,
                                                               int count, char** arguments) {
  (void)info;
  for (int i = 0; i < count; ++i)
    if (strncmp(arguments[i], "word=", 5) == 0) snprintf(word, sizeof word, "%s", arguments[i] + 5);
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, done, 0);
  return 0;
}
