# Shoseki in a container: docker build -t shoseki . ; see docs/operate.md.
# The build uses Debian packages, the Rust toolchain and crates only. The final image contains the program,
# the libraries that it needs, and CA certificates.

FROM debian:trixie-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates gcc libc6-dev rustup \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The pinned toolchain comes before the sources, which change more often.
COPY rust-toolchain.toml .
RUN rustup toolchain install --profile minimal "$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)"
COPY . .
# The version that `shoseki --version` prints: docker build --build-arg VERSION="$(cargo xtask dist --version)".
ARG VERSION=
RUN if [ -n "$VERSION" ]; then export SHOSEKI_VERSION="$VERSION"; fi \
 && cargo build --release --locked -p shoseki
RUN contrib/image.sh target/release/shoseki /image

FROM scratch
COPY --from=build /image /
# The user `shoseki`, which owns only the data.
USER 65532:65532
ENV SHOSEKI_DATA_DIR=/data SHOSEKI_LISTEN=0.0.0.0:4566
VOLUME /data
EXPOSE 4566
# With TLS: AWS_ENDPOINT_URL=https://localhost:4566 and AWS_CA_BUNDLE in the container's environment.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/usr/bin/shoseki", "health"]
ENTRYPOINT ["/usr/bin/shoseki"]
CMD ["serve"]
