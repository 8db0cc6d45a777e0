# bash completion for citrix-guard

_citrix_guard()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]:-} words=

    # "=" is a word of its own to bash
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi

    case $prev in
    --sslvpn)
        words='on off' ;;
    --traversal)
        words='vpns any' ;;
    --key)
        if [[ $command == setup ]]; then
            COMPREPLY=($(compgen -f -- "$cur"))
            return
        fi
        compopt -o nospace
        words='client= method= target= query= request= status= bytes= time=
               verdict= outcome= reason=' ;;
    --mode)
        words='on detect' ;;
    --error-log | --cacert | --nginx-conf | --certificate | --adc-ca | --conf \
        | --nginx | --secret-file)
        COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --header | --log-format | --since | --shield-up | --timezone | --own | --threads \
        | --direct | --port | --connect | --monitor | --timeout | --deadline \
        | --verify | --canary | --name | --adc | --listen | --balancer \
        | --collector | --to | --note | --count | --lost)
        return ;;
    *)
        if ((COMP_CWORD == 1)); then
            words='ack check rollback scan setup status verify
                   --help --version'
        elif [[ $cur != -* ]]; then
            [[ $command != scan ]] || COMPREPLY=($(compgen -f -- "$cur"))
            return
        else
            case $command in
            check)
                words='--sslvpn= --traversal= --header= --escapes --null
                       --json --quiet --help' ;;
            scan)
                words='--log-format= --nginx-conf= --key= --since= --shield-up=
                       --timezone= --own= --sslvpn= --traversal= --would-block --json --csv --threads=
                       --quiet --help' ;;
            verify)
                words='--direct= --port= --connect= --proxy-protocol
                       --error-log= --monitor=
                       --no-ica --cacert= --insecure --timeout=
                       --deadline= --canary= --verbose --json --nagios --help' ;;
            status)
                words='--monitor= --verify= --connect= --cacert= --insecure
                       --canary= --adc= --nginx= --conf= --json --nagios
                       --help' ;;
            setup)
                words='--name= --adc= --certificate= --key= --adc-ca= --mode=
                       --listen= --browser-only --balancer= --collector=
                       --gateway --conf= --nginx= --monitor= --no-start
                       --yes --dry-run --help' ;;
            rollback)
                words='--list --to= --conf= --nginx= --monitor= --dry-run
                       --help' ;;
            ack)
                words='--monitor= --name= --note= --secret-file= --count=
                       --lost= --cacert= --insecure --help' ;;
            esac
        fi ;;
    esac

    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    [[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace
}

complete -o filenames -F _citrix_guard citrix-guard
