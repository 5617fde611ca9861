# Two stages: the first builds the Debian package, the second installs it. For compose.yaml, or with a database of yours:
#   docker build -t parley .
#   docker run -p 127.0.0.1:8080:8080 -v parley-data:/var/lib/parley -e DATABASE_URL=postgresql://... parley
FROM debian:bookworm AS build
WORKDIR /source
# What is installed changes seldom: a layer of its own.
COPY scripts/setup scripts/lib scripts/
RUN scripts/setup && rm -rf /var/lib/apt/lists/*
COPY . .
RUN scripts/package release && mv build/release/packages/parley_*.deb /parley.deb

FROM debian:bookworm-slim
# --no-install-recommends leaves out the embedded database, so DATABASE_URL has to be set; add postgresql here to have it.
COPY --from=build /parley.deb /tmp/parley.deb
RUN apt-get update \
    && apt-get install -y --no-install-recommends /tmp/parley.deb poppler-utils poppler-data ffmpeg \
    && rm -rf /var/lib/apt/lists/* /tmp/parley.deb
USER parley
WORKDIR /var/lib/parley
ENV HOST=0.0.0.0 PORT=8080
VOLUME /var/lib/parley
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PORT; printf 'GET /health HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3; head -n 1 <&3 | grep -q ' 200 '"]
# A new image brings new plugins; what was replaced or removed in the volume stays so.
CMD ["bash", "-c", "/usr/lib/parley/install-plugins /usr/lib/parley/plugins /var/lib/parley/plugins && exec parley serve"]
