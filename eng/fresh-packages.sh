# Sourced by scripts that try the packages of artifacts/packages: an empty package folder in $work, since the version stays the same and a folder would keep
# an older build. F# Interactive remembers beside it where it found a package, so what it remembers of these packages is forgotten.
compgen -G 'artifacts/packages/*.nupkg' > /dev/null || { echo "$0: artifacts/packages is empty: run eng/pack" >&2; exit 1; }
export NUGET_PACKAGES=$work/packages DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_TRY_CLI_TELEMETRY_OPTOUT=1
{ grep -lirs 'autodiff\.functional' ~/.packagemanagement/nuget/Cache || true; } | xargs -r rm -f
