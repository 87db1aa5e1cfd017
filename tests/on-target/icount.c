// A QEMU plugin that counts executed instructions between two places in the program: from the moment the
// instruction at BEGIN is about to run to the moment the one at END is. Exact, and the same on every run.
//
//   gcc -O2 -shared -fPIC -o icount.so icount.c
//   qemu-system-arm … -plugin ./icount.so,begin=ADDRESS,end=ADDRESS,out=FILE[,parts=ADDRESS:ADDRESS…]
//
// FILE gets a line "instructions=N" for each time the program went from BEGIN to END.
//
// PARTS are functions that run one after the other, at most once each; 0 stands for one that is not there. Then the line
// goes on " parts=N,N,…": what ran before any of them, and of each what ran from its first instruction to that of the next
// one, or to END. They add up to all instructions. Nothing is added to the program for that.
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

// What ran before any part comes first. `current` is the part that runs, since `count_at_part`.
enum { MAX_PARTS = 8192 };
static uint64_t part_addresses[MAX_PARTS], spent[MAX_PARTS], count_at_part;
static size_t parts = 1, current;

// A block's instructions are counted when it begins, and this is one of them.
struct place {
    uint64_t address;
    uint64_t not_yet_executed;
};

static uint64_t count_at(unsigned cpu, const void *data) {
    return qemu_plugin_u64_get(executed, cpu) - ((const struct place *)data)->not_yet_executed;
}

static void at_begin(unsigned cpu, void *data) {
    count_at_begin = count_at_part = count_at(cpu, data);
    memset(spent, 0, sizeof(spent));
    current = 0;
    inside = true;
}

static void at_part(unsigned cpu, void *data) {
    if (!inside) return;
    // Functions with the same code may be one, so it is the next part with that address.
    const struct place *place = data;
    size_t next = current + 1;
    while (next < parts && part_addresses[next] != place->address) next++;
    if (next == parts) return;
    uint64_t count = count_at(cpu, data);
    spent[current] += count - count_at_part;
    count_at_part = count;
    current = next;
}

static void at_end(unsigned cpu, void *data) {
    if (!inside) return;
    inside = false;
    uint64_t count = count_at(cpu, data);
    fprintf(out, "instructions=%" PRIu64, count - count_at_begin);
    spent[current] += count - count_at_part;
    for (size_t i = 0; parts > 1 && i < parts; i++) fprintf(out, "%s%" PRIu64, i ? "," : " parts=", spent[i]);
    fprintf(out, "\n");
}

static bool is_part(uint64_t address) {
    for (size_t i = 1; i < parts; i++)
        if (part_addresses[i] == address) return true;
    return false;
}

static void watch(struct qemu_plugin_insn *instruction, insn_cb *callback, uint64_t not_yet_executed) {
    struct place *place = malloc(sizeof(*place));
    if (!place) abort();
    *place = (struct place){.address = qemu_plugin_insn_vaddr(instruction), .not_yet_executed = not_yet_executed};
    qemu_plugin_register_vcpu_insn_exec_cb(instruction, callback, CB_NO_REGS, place);
}

static void translated(plugin_id id, struct qemu_plugin_tb *block) {
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(instruction);
        if (address == begin_address) watch(instruction, at_begin, count - i);
        if (address == end_address) watch(instruction, at_end, count - i);
        if (is_part(address)) watch(instruction, at_part, count - i);
    }
    // A block runs to its end: nothing interrupts the processor, and it leaves one early for the host alone, which
    // is never inside measured work. Counting instruction by instruction gives the same and takes twice the time.
    qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(block, INLINE_ADD_U64, executed, count);
}

static void finished(plugin_id id, void *data) {
    (void)id, (void)data;
    fclose(out);
}

// Addresses with colons between them.
static void read_parts(const char *text) {
    for (char *end; *text && parts < MAX_PARTS; text = *end == ':' ? end + 1 : end) {
        part_addresses[parts++] = strtoull(text, &end, 0);
        if (end == text) break;
    }
}

EXPORT int qemu_plugin_install(plugin_id id, const struct qemu_info_t *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "begin=", 6)) begin_address = strtoull(argv[i] + 6, NULL, 0);
        if (!strncmp(argv[i], "end=", 4)) end_address = strtoull(argv[i] + 4, NULL, 0);
        if (!strncmp(argv[i], "out=", 4)) out = fopen(argv[i] + 4, "w");
        if (!strncmp(argv[i], "parts=", 6)) read_parts(argv[i] + 6);
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
