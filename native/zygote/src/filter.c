// The system calls of a run: its socket, its own memory, and the end. Any other kills it.
#include "zygote.h"

#include <linux/audit.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#else
#error "x86-64 and arm64 only"
#endif

#define FIELD(name) (uint32_t) offsetof(struct seccomp_data, name)
/* The low half of an argument; both architectures are little-endian. */
#define ARGUMENT(n) (FIELD(args) + (n) * 8)

/* Linux knows it since 4.17; older headers do not. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static const uint32_t allowed[] = {
  SYS_read,   SYS_write,  SYS_madvise,       SYS_munmap,     SYS_mremap,       SYS_brk,
  SYS_gettid, SYS_getpid, SYS_clock_gettime, SYS_gettimeofday, SYS_sched_yield, SYS_rt_sigreturn,
  SYS_exit,   SYS_exit_group, SYS_restart_syscall,
};

/* MAP_SHARED memory is not counted by RLIMIT_DATA, huge pages come from the host's reserve. */
static const uint32_t allowed_map_flags =
  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_STACK;

static struct sock_filter program[64];
static unsigned short length;

static void say(struct sock_filter instruction) {
  if (length == sizeof program / sizeof *program) {
    errno = E2BIG;
    fail("seccomp filter");
  }
  program[length++] = instruction;
}

static void load(uint32_t offset) {
  say((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void verdict(uint32_t action) {
  say((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* Skips the given number of instructions unless the loaded word is `value`. */
static void if_equal(uint32_t value, uint8_t skip) {
  say((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip));
}

/* Ends the run if the loaded word has any of the bits. */
static void kill_if_any(uint32_t bits) {
  say((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
  verdict(SECCOMP_RET_KILL_PROCESS);
}

/* Anonymous private memory, never executable without a compiler. */
static void allow_map(bool jitless) {
  if_equal(SYS_mmap, jitless ? 9 : 7);
  load(ARGUMENT(3));
  kill_if_any(~allowed_map_flags);
  say((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 1, 0));
  verdict(SECCOMP_RET_KILL_PROCESS);
  load(ARGUMENT(2));
  if (jitless) kill_if_any(PROT_EXEC);
  verdict(SECCOMP_RET_ALLOW);
}

static void allow_protect(bool jitless) {
  if_equal(SYS_mprotect, jitless ? 4 : 2);
  load(ARGUMENT(2));
  if (jitless) kill_if_any(PROT_EXEC);
  verdict(SECCOMP_RET_ALLOW);
}

/* Waking nobody is what a lone thread does; waiting would be for ever. */
static void allow_wake(void) {
  if_equal(SYS_futex, 4);
  load(ARGUMENT(1));
  say((struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, FUTEX_CMD_MASK));
  if_equal(FUTEX_WAKE, 1);
  verdict(SECCOMP_RET_ALLOW);
}

struct sock_fprog build_filter(bool jitless) {
  length = 0;
  load(FIELD(arch));
  say((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0));
  verdict(SECCOMP_RET_KILL_PROCESS);
  load(FIELD(nr));
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
    if_equal(allowed[i], 1);
    verdict(SECCOMP_RET_ALLOW);
  }
  allow_map(jitless);
  allow_protect(jitless);
  allow_wake();
  verdict(SECCOMP_RET_KILL_PROCESS);
  return (struct sock_fprog){.len = length, .filter = program};
}
