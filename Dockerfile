# Builds everything with the project's own command, and keeps what runs.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-pip && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN cargo xtask dist /gathering

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 gathering && install -d -o gathering -g gathering /data
COPY --from=build /gathering /gathering
USER gathering
VOLUME /data
EXPOSE 3000
CMD ["/gathering/server"]
