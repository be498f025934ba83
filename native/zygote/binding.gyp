{
  "targets": [
    {
      "target_name": "zygote",
      "sources": [
        "src/addon.c",
        "src/buffer.c",
        "src/clone.c",
        "src/enter.c",
        "src/fail.c",
        "src/filter.c",
        "src/groups.c",
        "src/heap.c",
        "src/jail.c",
        "src/node.c",
        "src/runs.c",
        "src/serve.c",
        "src/wait.c"
      ],
      "defines": ["NAPI_VERSION=8", "_FORTIFY_SOURCE=2"],
      "cflags": ["-O2", "-Wall", "-Wextra", "-fvisibility=hidden", "-fstack-protector-strong"],
      "cflags_c": ["-std=c11"],
      "ldflags": ["-Wl,-z,relro,-z,now", "-Wl,-e,wait_alone"]
    }
  ]
}
