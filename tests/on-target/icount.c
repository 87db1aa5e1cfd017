// A QEMU plugin that counts executed instructions between two places in the program: from the moment the
// instruction at BEGIN is about to run to the moment the one at END is. Exact, and the same on every run.
//
//   gcc -O2 -shared -fPIC -o icount.so icount.c
//   qemu-system-arm … -plugin ./icount.so,begin=ADDRESS,end=ADDRESS,out=FILE
//
// FILE gets a line "instructions=N" for each time the program went from BEGIN to END.
//
// QEMU's plugin header is not packaged everywhere, so what is used of it is declared here. Plugin interface
// version 2 came with QEMU 9.0, the first to have counters that need no call for each instruction.
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;
typedef struct {
    struct qemu_plugin_scoreboard *score;
    size_t offset;
} qemu_plugin_u64;
enum { INLINE_ADD_U64 = 0 };
enum { CB_NO_REGS = 0 };

typedef void tb_trans_cb(plugin_id, struct qemu_plugin_tb *);
typedef void insn_cb(unsigned cpu, void *data);
typedef void atexit_cb(plugin_id, void *data);

extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, tb_trans_cb *);
extern void qemu_plugin_register_atexit_cb(plugin_id, atexit_cb *, void *data);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t index);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, insn_cb *, int flags, void *data);
extern void qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(struct qemu_plugin_tb *, int operation, qemu_plugin_u64,
                                                              uint64_t operand);
extern struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_size);
extern uint64_t qemu_plugin_u64_get(qemu_plugin_u64, unsigned cpu);

EXPORT int qemu_plugin_version = 2;

static uint64_t begin_address, end_address, count_at_begin;
static bool inside;
static qemu_plugin_u64 executed;
static FILE *out;

static void at_begin(unsigned cpu, void *data) {
    (void)data;
    count_at_begin = qemu_plugin_u64_get(executed, cpu);
    inside = true;
}

static void at_end(unsigned cpu, void *data) {
    (void)data;
    if (!inside) return;
    inside = false;
    fprintf(out, "instructions=%" PRIu64 "\n", qemu_plugin_u64_get(executed, cpu) - count_at_begin);
}

static void translated(plugin_id id, struct qemu_plugin_tb *block) {
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(instruction);
        if (address == begin_address)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, at_begin, CB_NO_REGS, NULL);
        if (address == end_address)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, at_end, CB_NO_REGS, NULL);
    }
    // A block runs to its end: nothing interrupts the processor, and it leaves one early for the host alone, which
    // is never inside measured work. Counting instruction by instruction gives the same and takes twice the time.
    qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(block, INLINE_ADD_U64, executed, count);
}

static void finished(plugin_id id, void *data) {
    (void)id, (void)data;
    fclose(out);
}

EXPORT int qemu_plugin_install(plugin_id id, const struct qemu_info_t *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "begin=", 6)) begin_address = strtoull(argv[i] + 6, NULL, 0);
        if (!strncmp(argv[i], "end=", 4)) end_address = strtoull(argv[i] + 4, NULL, 0);
        if (!strncmp(argv[i], "out=", 4)) out = fopen(argv[i] + 4, "w");
    }
    if (!begin_address || !end_address || !out) {
        fprintf(stderr, "icount: needs begin=ADDRESS,end=ADDRESS,out=FILE, and a FILE it can write\n");
        return 1;
    }
    executed = (qemu_plugin_u64){.score = qemu_plugin_scoreboard_new(sizeof(uint64_t)), .offset = 0};
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
