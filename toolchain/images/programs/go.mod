// The few programs of our own that images are made of.
module slipway.dev/toolchain/images/programs

go 1.26.0
