# Completion of smtpscope for bash. `smtpscope completion bash` prints this file.

_smtpscope() {
    local word=${COMP_WORDS[COMP_CWORD]} words kind value files="" folders="" spaceless="" IFS=$'\n'
    words="${COMP_WORDS[*]:0:COMP_CWORD+1}"
    COMPREPLY=()
    # Lines of three fields with tabs between them: kind, value, help.
    while IFS=$'\t' read -r kind value _; do
        case $kind in
            plain)
                COMPREPLY+=("$value")
                case $value in *:) spaceless=1 ;; esac
                ;;
            file) files=1 ;;
            dir) folders=1 ;;
        esac
    done < <(COMP_WORDS=$words _SMTPSCOPE_COMPLETE=bash_complete "${1/#\~/$HOME}" 2>/dev/null)
    if [ -n "$files" ] && [ ${#COMPREPLY[@]} -eq 0 ]; then
        # Readline knows best how to quote file names; macOS's bash has no compopt, see the last lines.
        compopt -o default 2>/dev/null
    elif [ -n "$files" ]; then
        while read -r value; do
            COMPREPLY+=("$value")
        done < <(compgen -f -- "$word")
        compopt -o filenames 2>/dev/null
    elif [ -n "$folders" ]; then
        compopt -o dirnames 2>/dev/null
    fi
    if [ -n "$spaceless" ]; then
        compopt -o nospace 2>/dev/null
    fi
}

if [ "${BASH_VERSINFO[0]}" -ge 4 ]; then
    complete -F _smtpscope smtpscope
else
    complete -o default -F _smtpscope smtpscope
fi
