/** Numbers on x86-64 and arm64; null where the architecture has none. From the kernel's `unistd_64.h` and `asm-generic/unistd.h`. */
export type Numbers = readonly [x64: number | null, arm64: number | null];

/** What Node needs to start, run, collect garbage and talk over one descriptor. */
export const ALLOWED: { readonly [name: string]: Numbers } = {
  read: [0, 63],
  write: [1, 64],
  futex: [202, 98],
  madvise: [28, 233],
  mprotect: [10, 226],
  munmap: [11, 215],
  clock_gettime: [228, 113],
  getpid: [39, 172],
  brk: [12, 214],
  close: [3, 57],
  open: [2, null],
  stat: [4, null],
  fstat: [5, 80],
  lstat: [6, null],
  poll: [7, null],
  lseek: [8, 62],
  rt_sigaction: [13, 134],
  rt_sigprocmask: [14, 135],
  rt_sigreturn: [15, 139],
  pread64: [17, 67],
  readv: [19, 65],
  writev: [20, 66],
  access: [21, null],
  sched_yield: [24, 124],
  mremap: [25, 216],
  nanosleep: [35, 101],
  exit: [60, 93],
  // Needed once, before the filter can go; nothing but Node itself is there to be executed.
  execve: [59, 221],
  uname: [63, 160],
  fcntl: [72, 25],
  getcwd: [79, 17],
  readlink: [89, null],
  gettimeofday: [96, 169],
  getrlimit: [97, 163],
  getrusage: [98, 165],
  sysinfo: [99, 179],
  getuid: [102, 174],
  getgid: [104, 176],
  geteuid: [107, 175],
  getegid: [108, 177],
  getppid: [110, 173],
  capget: [125, 90],
  sigaltstack: [131, 132],
  arch_prctl: [158, null],
  gettid: [186, 178],
  time: [201, null],
  sched_getaffinity: [204, 123],
  getdents64: [217, 61],
  set_tid_address: [218, 96],
  restart_syscall: [219, 128],
  clock_getres: [229, 114],
  clock_nanosleep: [230, 115],
  exit_group: [231, 94],
  epoll_wait: [232, null],
  epoll_ctl: [233, 21],
  tgkill: [234, 131],
  newfstatat: [262, 79],
  readlinkat: [267, 78],
  faccessat: [269, 48],
  ppoll: [271, 73],
  set_robust_list: [273, 99],
  epoll_pwait: [281, 22],
  eventfd2: [290, 19],
  epoll_create1: [291, 20],
  pipe2: [293, 59],
  prlimit64: [302, 261],
  getrandom: [318, 278],
  membarrier: [324, 283],
  pkey_mprotect: [329, 288],
  pkey_alloc: [330, 289],
  pkey_free: [331, 290],
  statx: [332, 291],
  rseq: [334, 293],
  close_range: [436, 436],
  faccessat2: [439, 439],
};

/** Whoever calls one of these attacks: the process ends at once. Whatever stands in no table is answered ENOSYS. */
export const FATAL: { readonly [name: string]: Numbers } = {
  socket: [41, 198],
  connect: [42, 203],
  bind: [49, 200],
  listen: [50, 201],
  socketpair: [53, 199],
  fork: [57, null],
  vfork: [58, null],
  shmget: [29, 194],
  ptrace: [101, 117],
  personality: [135, 92],
  pivot_root: [155, 41],
  chroot: [161, 51],
  mount: [165, 40],
  umount2: [166, 39],
  reboot: [169, 142],
  init_module: [175, 105],
  kexec_load: [246, 104],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  unshare: [272, 97],
  perf_event_open: [298, 241],
  open_by_handle_at: [304, 265],
  setns: [308, 268],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  finit_module: [313, 273],
  memfd_create: [319, 279],
  bpf: [321, 280],
  userfaultfd: [323, 282],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  pidfd_open: [434, 434],
};

/** Allowed when the masked low half of one argument is one of the values. */
export interface Checked {
  readonly numbers: Numbers;
  readonly argument: number;
  readonly mask: number;
  readonly values: readonly number[];
  readonly otherwise: "fatal" | "EACCES" | "EPERM";
}

const CLONE_VM = 0x100;
const CLONE_THREAD = 0x1_0000;
/** NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const CLONE_NEW = 0x7e02_0000;
const MAP_SHARED = 1;
/** O_WRONLY, O_RDWR, O_CREAT, __O_TMPFILE. */
const OPEN_TO_WRITE = 0x40_0043;
const WHOLE = 0xffff_ffff;

export const CHECKED: { readonly [name: string]: Checked } = {
  // Shared mappings do not count as data, so that the memory limit would not hold them.
  mmap: { numbers: [9, 222], argument: 3, mask: MAP_SHARED, values: [0], otherwise: "EPERM" },
  openat: {
    ...{ numbers: [257, 56], argument: 2, mask: OPEN_TO_WRITE, values: [0], otherwise: "EACCES" },
  },
  // Threads of Node, and nothing that is a process.
  clone: {
    numbers: [56, 220],
    argument: 0,
    mask: CLONE_NEW | CLONE_THREAD | CLONE_VM,
    values: [CLONE_THREAD | CLONE_VM],
    otherwise: "fatal",
  },
  // TCGETS, FIONCLEX, FIOCLEX, FIONBIO, FIONREAD.
  ioctl: {
    numbers: [16, 29],
    argument: 1,
    mask: WHOLE,
    values: [0x5401, 0x5450, 0x5451, 0x5421, 0x541b],
    otherwise: "EPERM",
  },
  // PR_SET_NAME, PR_GET_NAME, PR_SET_VMA, PR_CAPBSET_READ.
  prctl: {
    numbers: [157, 167],
    argument: 0,
    mask: WHOLE,
    values: [15, 16, 0x5356_4d41, 23],
    otherwise: "EPERM",
  },
};
