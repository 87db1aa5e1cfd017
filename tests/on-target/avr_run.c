// Runs AVR firmware in simavr, which is exact to the cycle, and measures it from outside.
//
//   gcc -O2 -o avr_run avr_run.c -lsimavr -lelf
//   avr_run MCU ELF [COUNTS [ADDRESS…]] <INPUT
//
// The firmware talks through I/O registers that exist for a program's own use:
//   GPIOR0  write: 1 = measured work begins, 2 = it ends
//   GPIOR1  write: ends the run with this exit code; read: 1 while there is input left
//   GPIOR2  write: a byte for standard output; read: the next byte of standard input
// What it sends to the serial port also goes to standard output. To sleep for good, with interrupts off, ends the run.
// The file COUNTS gets a line "instructions=N cycles=N stack=N" for each piece of measured work. ADDRESSES are those of
// functions that run one after the other, at most once each; 0 stands for one that is not there. With them the line goes on
// " parts=N,N,…": the cycles before any of them, and of each those from its first instruction to that of the next one, or
// to the end of the work.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_io.h>

// Data addresses, the same on all ATmega with these registers.
enum { GPIOR0 = 0x3e, GPIOR1 = 0x4a, GPIOR2 = 0x4b, RAM_START = 0x100 };
// The instruction `out`, whatever register it takes the value from.
enum { OUT_MASK = 0xfe0f, OUT_SPH = 0xbe0e, OUT_SPL = 0xbe0d };
enum { BEGIN = 1, END = 2 };
enum { EXIT_USAGE = 2, EXIT_STOPPED = 3 };
// The firmware announces the beginning from inside a function; its return address is not the work's stack.
enum { RETURN_ADDRESS = 2 };

static struct {
    uint64_t instructions;
    uint64_t instructions_at_begin;
    avr_cycle_count_t cycles_at_begin;
    unsigned stack_at_begin;
    unsigned lowest_stack;
    unsigned end_of_statics;
    bool inside_work;
    bool over;
    int exit_code;
    FILE *out;
    // Addresses of parts and their cycles; what runs before any part comes first, and `part` is the one that runs.
    size_t parts, part;
    uint32_t *part_addresses;
    uint64_t *spent;
    avr_cycle_count_t cycles_at_part;
} run;

// The next part with that address, if there is one: functions with the same code may be one.
static void enter_part(const avr_t *avr) {
    for (size_t next = run.part + 1; next < run.parts; next++) {
        if (run.part_addresses[next] != avr->pc) continue;
        run.spent[run.part] += avr->cycle - run.cycles_at_part;
        run.cycles_at_part = avr->cycle;
        run.part = next;
        return;
    }
}

static unsigned stack_pointer(const avr_t *avr) { return avr->data[R_SPL] | avr->data[R_SPH] << 8; }

// The two halves of the stack pointer are written one after the other, the upper one first. In between it may be
// up to 255 too low, and no memory there is used. Says whether it is whole after the next instruction.
static bool stack_pointer_settles(const avr_t *avr) {
    static bool whole = true;
    unsigned opcode = avr->flash[avr->pc] | avr->flash[avr->pc + 1] << 8;
    if ((opcode & OUT_MASK) == OUT_SPH) whole = false;
    if ((opcode & OUT_MASK) == OUT_SPL) whole = true;
    return whole;
}

static void on_marker(avr_t *avr, avr_io_addr_t address, uint8_t value, void *data) {
    (void)address, (void)data;
    if (value == BEGIN) {
        run.instructions_at_begin = run.instructions;
        run.cycles_at_begin = avr->cycle;
        run.inside_work = true;
        run.stack_at_begin = run.lowest_stack = stack_pointer(avr) + RETURN_ADDRESS;
        run.cycles_at_part = avr->cycle;
        run.part = 0;
        memset(run.spent, 0, run.parts * sizeof(*run.spent));
    } else if (value == END) {
        run.inside_work = false;
        fprintf(run.out, "instructions=%" PRIu64 " cycles=%" PRIu64 " stack=%u",
                run.instructions - run.instructions_at_begin, (uint64_t)(avr->cycle - run.cycles_at_begin),
                run.stack_at_begin - run.lowest_stack);
        run.spent[run.part] += avr->cycle - run.cycles_at_part;
        for (size_t i = 0; run.parts > 1 && i < run.parts; i++)
            fprintf(run.out, "%s%" PRIu64, i ? "," : " parts=", run.spent[i]);
        fprintf(run.out, "\n");
    }
}

static void on_exit_code(avr_t *avr, avr_io_addr_t address, uint8_t value, void *data) {
    (void)avr, (void)address, (void)data;
    run.over = true;
    run.exit_code = value;
}

static void on_output(avr_t *avr, avr_io_addr_t address, uint8_t value, void *data) {
    (void)avr, (void)address, (void)data;
    putchar(value);
}

static void on_serial_output(avr_irq_t *irq, uint32_t value, void *data) {
    (void)irq, (void)data;
    putchar((int)value);
}

static uint8_t on_more_input(avr_t *avr, avr_io_addr_t address, void *data) {
    (void)avr, (void)address, (void)data;
    int next = getchar();
    ungetc(next, stdin);
    return next != EOF;
}

static uint8_t on_input(avr_t *avr, avr_io_addr_t address, void *data) {
    (void)avr, (void)address, (void)data;
    return (uint8_t)getchar();
}

static void log_errors_only(avr_t *avr, const int level, const char *format, va_list arguments) {
    (void)avr;
    if (level <= LOG_ERROR) vfprintf(stderr, format, arguments);
}

static avr_t *load(const char *mcu, const char *path) {
    avr_global_logger_set(log_errors_only);
    elf_firmware_t firmware = {0};
    if (elf_read_firmware(path, &firmware) != 0) {
        fprintf(stderr, "avr_run: cannot read firmware from %s\n", path);
        exit(EXIT_USAGE);
    }
    avr_t *avr = avr_make_mcu_by_name(mcu);
    if (!avr) {
        fprintf(stderr, "avr_run: simavr does not know the controller %s\n", mcu);
        exit(EXIT_USAGE);
    }
    avr_init(avr);
    avr_load_firmware(avr, &firmware);
    run.end_of_statics = RAM_START + firmware.datasize + firmware.bsssize;
    avr_register_io_write(avr, GPIOR0, on_marker, NULL);
    avr_register_io_write(avr, GPIOR1, on_exit_code, NULL);
    avr_register_io_write(avr, GPIOR2, on_output, NULL);
    avr_register_io_read(avr, GPIOR1, on_more_input, NULL);
    avr_register_io_read(avr, GPIOR2, on_input, NULL);
    uint32_t flags = 0; // it would print lines of its own, and wait for a person to read them
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_t *serial = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT);
    if (serial) avr_irq_register_notify(serial, on_serial_output, NULL);
    return avr;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: avr_run MCU ELF [COUNTS [ADDRESS…]] <INPUT\n");
        return EXIT_USAGE;
    }
    const char *counts = argc > 3 ? argv[3] : "/dev/null";
    run.parts = argc > 4 ? (size_t)argc - 3 : 1;
    run.part_addresses = calloc(run.parts, sizeof(*run.part_addresses));
    run.spent = calloc(run.parts, sizeof(*run.spent));
    if (!run.part_addresses || !run.spent) return EXIT_USAGE;
    for (size_t i = 1; i < run.parts; i++) run.part_addresses[i] = (uint32_t)strtoul(argv[3 + i], NULL, 0);
    run.out = fopen(counts, "w");
    if (!run.out) {
        perror(counts);
        return EXIT_USAGE;
    }
    setvbuf(stdout, NULL, _IOLBF, 0); // so that it is not lost if the run is ended from outside
    avr_t *avr = load(argv[1], argv[2]);
    while (!run.over) {
        if (run.inside_work) enter_part(avr);
        bool settled = stack_pointer_settles(avr);
        int state = avr_run(avr);
        run.instructions++;
        if (settled && stack_pointer(avr) < run.lowest_stack) run.lowest_stack = stack_pointer(avr);
        if (run.inside_work && run.lowest_stack < run.end_of_statics) {
            fprintf(stderr, "avr_run: the stack ran into the variables at address 0x%x\n", (unsigned)avr->pc);
            return EXIT_STOPPED;
        }
        if (state == cpu_Done) break;
        if (state == cpu_Crashed) {
            fprintf(stderr, "avr_run: the processor stopped at address 0x%x\n", (unsigned)avr->pc);
            return EXIT_STOPPED;
        }
    }
    fclose(run.out);
    return run.exit_code;
}
