module laneway/benchmarks/wire

go 1.24
