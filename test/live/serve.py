"""
Runs one of the servers: `serve.py ministack`, or `serve.py moto -H 127.0.0.1 -p 5000`.

Standard input is a pipe from the process that started this. It closes when that process ends, even if it was killed.
Then this one ends too, with its group, which has the functions' processes: nothing is left behind.
"""

import json
import os
import re
import signal
import sys
import threading


def end_with_parent():
    # The file descriptor, since Python locks sys.stdin at its end.
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


def run_ministack():
    from ministack.app import main
    from ministack.services import eventbridge, lambda_svc

    # Sources that begin with "aws." are AWS's own, and MiniStack refuses them. Here the cases are AWS.
    eventbridge._put_events.__defaults__ = (True,)

    # EventBridge calls functions asynchronously, so that Lambda tries again and in the end tells the destination of
    # failures (Lambda developer guide, asynchronous invocation). MiniStack 1.5.33 does that for S3 but not for rules.
    def dispatch(arn, payload):
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    eventbridge._dispatch_to_lambda = dispatch
    # Seconds after which it looks whether a schedule is due: by itself ten.
    eventbridge._SCHEDULER_TICK_INTERVAL = 1
    main()


def run_moto():
    from moto.core.responses import ActionResult
    from moto.ecs.responses import EC2ContainerServiceResponse as Ecs
    from moto.server import main

    # moto 5.2.5 takes no notice of `filter`. Those of the functions name EC2 instances, or want connected agents, which
    # moto's all are.
    list_all = Ecs.list_container_instances

    def list_filtered(self):
        answer = list_all(self)
        wanted = re.findall(r"i-[0-9a-f]+", self._get_param("filter") or "")
        hosts = self.ecs_backend.container_instances.get(self._get_param("cluster"), {}).values()
        left_out = {host.container_instance_arn for host in hosts if host.ec2_instance_id not in wanted}
        if wanted:
            arns = answer.result["containerInstanceArns"]
            answer.result["containerInstanceArns"] = [arn for arn in arns if arn not in left_out]
        return answer

    Ecs.list_container_instances = list_filtered

    # Without names they are all of them; moto 5.2.5 fails.
    describe_named = Ecs.describe_capacity_providers

    def describe_providers(self):
        if self._get_param("capacityProviders"):
            return describe_named(self)
        found = list(self.ecs_backend.capacity_providers.values())
        return ActionResult({"capacityProviders": found, "failures": []})

    Ecs.describe_capacity_providers = describe_providers
    main()


threading.Thread(target=end_with_parent, daemon=True).start()
run = {"ministack": run_ministack, "moto": run_moto}[sys.argv.pop(1)]
run()
