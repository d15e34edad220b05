# The static program alone. `.ci/release` makes root-amd64.tar and root-arm64.tar, which are all that is in the image.
FROM scratch
ARG TARGETARCH
ADD root-${TARGETARCH}.tar /
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/wirecopy"]
