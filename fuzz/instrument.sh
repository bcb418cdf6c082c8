#!/bin/sh
# Cargo's wrapper around rustc: what is fuzzed is built with the counters libFuzzer steers by. All of it is
# stable: no nightly, no sanitizer. The program is safe Rust, and what is looked for are panics. So are the readers
# of pictures and of colours, which take what a seller sent as it is.
case " $* " in
*' --crate-name neurocards '* | *' --crate-name fuzz '* | *' --crate-name png '* | \
    *' --crate-name image_webp '* | *' --crate-name moxcms '*)
    exec "$@" --cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 \
        -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
        -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
*) exec "$@" ;;
esac
