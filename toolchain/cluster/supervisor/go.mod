// The supervisor of the embedded cluster: starts its components, keeps them running, leaves nothing behind.
module slipway.dev/toolchain/cluster/supervisor

go 1.26.0

require golang.org/x/sys v0.49.0
